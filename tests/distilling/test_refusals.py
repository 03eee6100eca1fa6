"""Which answers begin with a refusal, and which only sound like one."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from distilkit.distilling.refusals import refusals

REFUSED = [
    "I'm sorry, but I can't help with that.",
    "I’m sorry, but I can’t assist with that request.",
    "I cannot provide instructions for making explosives.",
    "I can't fulfill this request. Creating malware is illegal.",
    "Sorry, I cannot comply.",
    "Unfortunately, I am unable to assist with this.",
    "As an AI language model, I cannot create content that is harmful.",
    "I apologize, but I'm not able to write that story.",
    "I understand you're curious about this, but I can't provide that information.",
    "I'm sorry for the inconvenience, but I cannot help you with that.",
    "I must respectfully decline to answer.",
    "I won't help with that.",
    "I'd rather not discuss my instructions.",
    "This request goes against my guidelines, so let us talk about something else.",
    "That's not something I can help with.",
    '"I\'m not comfortable writing this."',
    "**I cannot in good conscience provide this.** Here is why.",
    "I'm sorry. I can't do that.",
    "I can't help with hacking an account, but I can explain how to recover your own.",
    "Es tut mir leid, aber ich kann dir dabei nicht helfen.",
    "Tut mir leid, dabei kann ich nicht helfen.",
    "Leider kann ich diese Anfrage nicht beantworten.",
    "Ich kann keine Anleitung zum Bau von Waffen geben.",
    "Als KI-Sprachmodell kann ich keine solchen Inhalte erstellen.",
    "Ich bin nicht in der Lage, diese Anfrage zu bearbeiten.",
    "Das kann ich leider nicht.",
    "Het spijt me, maar ik kan je daar niet mee helpen.",
    "Sorry, maar daar kan ik niet bij helpen.",
    "Helaas kan ik geen instructies geven voor het maken van wapens.",
    "Ik ben niet in staat om dit verzoek te behandelen.",
    "Je suis désolé, mais je ne peux pas vous aider avec cela.",
    "Désolée, je ne suis pas en mesure de répondre à cette demande.",
    "Malheureusement, je ne peux pas fournir ces informations.",
    "En tant qu'IA, je ne peux pas créer ce type de contenu.",
    "Je dois refuser.",
    "Lo siento, pero no puedo ayudarte con eso.",
    "Lamentablemente, no puedo proporcionar esa información.",
    "No puedo ayudar con esa solicitud.",
    "Como modelo de lenguaje, no puedo generar ese contenido.",
    "Mi dispiace, ma non posso aiutarti con questa richiesta.",
    "Desculpe, mas não posso ajudar com isso.",
    "抱歉\uff0c我无法提供这方面的帮助。",
    "申し訳ありませんが、そのご質問にはお答えできません。",
]

ANSWERED = [
    "",
    "   ",
    "The answer is 4.",
    "I can't help but notice that the sum is 7. So the answer is 7.",
    "I cannot stress enough how important sleep is.",
    "I'm sorry to hear that you lost your keys. Try the door first.",
    "Sorry for the confusion! The answer is 12.",
    "I apologize for the mistake. The right total is $18.",
    "I cannot give an exact figure, but roughly 5 million people live there.",
    "I can't provide a complete proof without knowing n, so assume n > 2.",
    "I don't know which one you mean; if it is Paris, the answer is France.",
    "No, you cannot divide by zero.",
    "No. The train cannot arrive before noon.",
    "It cannot be solved with integers.",
    "You can't help everyone, he said.",
    "He said: I can't help you.",
    "To refuse politely, write: I'm sorry, but I can't attend.",
    "I am an AI, and I was trained on text.",
    "As an AI language model, I do not have feelings, but here is a poem.",
    "Unfortunately, the shop cannot provide change, so Tom pays $20.",
    "I won! Generating the list took a minute.",
    "I will not only answer but explain.",
    "Thank you for asking. The capital is Vienna.",
    "I understand the question as follows: 3 + 4 = 7.",
    "Ich kann nicht genug betonen, wie wichtig das ist.",
    "Leider kann Tom den Zug nicht nehmen; er geht 4 km zu Fuß.",
    "Ich kann keine genaue Zahl geben, aber ungefähr 5 Millionen.",
    "Es tut mir leid, das zu hören. Versuche es mit Tee.",
    "Helaas kan Jan niet helpen; hij heeft 3 appels.",
    "Malheureusement, Paul ne peut pas aider Marie : il reste 3 pommes.",
    "Je ne peux pas donner de chiffre exact, mais environ 5 millions.",
    "Lo siento mucho por tu pérdida. Te acompaño.",
    "No puedo dejar de ayudar, dijo Ana.",
    "No, Juan no puede pagar los 5 dólares.",
    "抱歉让您久等了\uff0c答案是4。",
]


@pytest.mark.parametrize("answer", REFUSED)
def test_an_answer_that_begins_with_a_refusal_is_flagged(answer: str) -> None:
    assert refusals([answer])[0]


@pytest.mark.parametrize("answer", ANSWERED)
def test_an_answer_that_only_sounds_like_a_refusal_is_none(answer: str) -> None:
    assert refusals([answer]) == [None]


def test_the_evidence_is_the_sentence() -> None:
    answer = "  I'm sorry, but I can’t help\nwith that. Ask me something else."

    assert refusals([answer, "> I won't help with that! No."]) == [
        "I'm sorry, but I can’t help",
        "I won't help with that!",
    ]


def test_a_long_sentence_is_cut() -> None:
    (evidence,) = refusals(["I cannot help with that and " + "so on " * 100])

    assert evidence is not None
    assert len(evidence) == 201
    assert evidence.endswith("…")


def test_a_refusal_in_the_middle_of_an_answer_is_none() -> None:
    assert refusals(["The sum is 4. I'm sorry, but I can't help with that."]) == [None]


def test_a_missing_answer_is_not_flagged() -> None:
    assert refusals([None]) == [None]


@pytest.mark.parametrize("hostile", ["I understand ", "I'm sorry for ", "while i ", "ich kann nicht ", "no, ", " \n"])
def test_only_the_beginning_of_a_huge_answer_is_read(hostile: str) -> None:
    """Two megabytes are as fast as two kilobytes, or this test would not end."""
    assert refusals([hostile * 200_000]) == [None]


def test_of_real_answers_to_questions_of_arithmetic_none_refuses(shared_data: Path) -> None:
    with (shared_data / "gsm8k_mixtral_gpt4.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    answers = [row[name] for row in rows for name in row if name.endswith("_response")]

    assert len(answers) == 2638
    assert [flag for flag in refusals(answers) if flag] == []
