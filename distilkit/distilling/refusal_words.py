"""How a refusal begins, in nine languages. A table of patterns; knows nothing of answers.

Each language has what may stand before a refusal (an apology, a show of understanding) and the refusal itself. Every
repetition is bounded, so a pattern looks at a few hundred characters at most.
"""

from __future__ import annotations

import re

# The rest of a sentence, or some of it.
_SOME = r"[^.!?\n]{0,80}?"
_MORE = r"[^.!?\n]{0,160}?"
_AS_A_MODEL = r"[^.,!?\n]{0,80}"


def _language(before: str, joint: str, refusal: str) -> re.Pattern[str]:
    """Return the pattern of one language: what goes before at most three times, each joined on, then the refusal."""
    gap = r"[\s,.;:!…—–-]{1,6}"
    return re.compile(rf"(?:(?:{before}){gap}(?:(?:{joint})[\s,]{{1,3}})?){{0,3}}(?:{refusal})", re.IGNORECASE)


_ENGLISH_VERBS = (
    r"(?:help|assist|provid(?:e|ing)|fulfil|fulfill|comply|creat(?:e|ing)|generat(?:e|ing)|writ(?:e|ing)|produc(?:e|ing)"
    r"|discuss|engag(?:e|ing)|support|participat(?:e|ing)|complete|answer|respond|offer|giv(?:e|ing)|shar(?:e|ing)"
    r"|do (?:that|this|so)|continue|proceed|facilitate|promote|recommend|advise|access|browse|accommodate|honou?r"
    r"|take part|go along|reproduce|describe|roleplay|role-play|pretend|impersonate|talk about|teach|tell you how)"
)
# What follows is no refusal: a turn of phrase, or an answer that only says how exact it is.
_ENGLISH_NOT = (
    r"(?!ing)\w{0,6}(?! (?:but\b|notic|think|wonder|feel|(?:an? |the |any )?(?:exact|precise|definit|certain|complete"
    r"|full|single|specific|simple|numeric|closed))|[^.!?\n]{0,60}\bwithout\b)"
)
_ENGLISH_CANNOT = (
    r"i(?:'m| am)(?: \w+)? (?:not able|unable|not in a position|not allowed|not permitted|not authori[sz]ed|not willing"
    r"|not going|not comfortable|not designed|not programmed)(?: to| with)?"
    r"|i (?:can't|cannot|can not|could not|couldn't|won't|will not|would not|wouldn't|must not|may not)(?: be able to)?"
    r"|i (?:do not|don't) feel comfortable"
)
_ENGLISH = _language(
    before=rf"(?:i'm|i am) (?:\w+ )?sorry(?: (?:for|about|to|that) {_SOME})?|sorry(?: (?:for|about) {_SOME})?"
    rf"|i apologi[sz]e(?: (?:for|about) {_SOME})?|(?:my )?apologies|unfortunately|regrettably|i regret"
    rf"|i (?:understand|appreciate|know|see|realize) {_MORE}|thank(?:s| you) for {_SOME}|while i {_MORE}"
    rf"|as an? (?:ai|artificial|large|language|assistant|responsible){_AS_A_MODEL}|no|hello|hi(?: there)?",
    joint="but|however|though|and|that|to say",
    refusal=rf"(?:{_ENGLISH_CANNOT})(?: (?:in good conscience|ethically|legally|directly|actually|simply|just|currently"
    rf"|also|really|and will not|or will not))? {_ENGLISH_VERBS}{_ENGLISH_NOT}"
    rf"|i (?:must|have to|will have to|need to|am going to|'ll have to)(?: \w+ly)? (?:decline|refuse)\b"
    rf"|i(?: \w+ly)? (?:decline to|refuse to) {_ENGLISH_VERBS}"
    rf"|i(?:'d| would) (?:rather|prefer) not(?: to)? {_ENGLISH_VERBS}"
    r"|(?:that's|that is|this is|it's) not something (?:that )?i(?:'m| am| can| will)\b"
    r"|(?:this|that|your|the) (?:request|prompt|question|content)[^.!?\n]{0,40} (?:violates|goes against|is against"
    r"|conflicts with) (?:my|our|the|openai's|\w+'s) [^.!?\n]{0,30}(?:guideline|polic|principle|rule|value)"
    r"|(?:it is|it's|it would be) (?:not appropriate|inappropriate|unethical|not ethical|not possible|against my \w+)"
    r"(?: for me)? to (?:help|assist|provide|create|generate|write|discuss|answer|engage)"
    r"|my (?:\w+ )?(?:guidelines|programming|policies|principles) (?:prevent|prohibit|forbid|do not allow|don't allow)",
)
_GERMAN = _language(
    before=rf"(?:es )?tut mir (?:\w+ )?leid|entschuldigung|entschuldige|verzeihung|leider|bedauerlicherweise"
    rf"|ich (?:bedauere?|verstehe) ?{_MORE}|als (?:ki|künstliche|sprachmodell|ein|assistent){_AS_A_MODEL}|nein",
    joint="aber|jedoch|doch|dass",
    refusal=rf"(?:(?:das |dabei |hierbei |damit )?(?:kann|darf|werde|möchte) ich|ich (?:kann|darf|werde|möchte)){_SOME}"
    rf"\b(?:nicht|keine[nrms]?)\b(?! genug)(?! (?:genau|exakt|präzise)){_SOME}\b(?:helfen|weiterhelfen|behilflich"
    r"|unterstützen|beantworten|erfüllen|nachkommen|bereitstellen|erstellen|schreiben|verfassen|geben|anbieten|liefern"
    r"|generieren|teilnehmen|mitwirken|diskutieren|dienen)\b"
    r"|(?:das|dabei|hierbei) kann ich (?:leider )?nicht(?: tun| machen)?[.!]"
    r"|ich bin nicht (?:in der lage|befugt|berechtigt)|es ist mir (?:leider )?nicht (?:möglich|erlaubt|gestattet)"
    rf"|ich muss {_SOME}\bablehnen\b|ich lehne {_SOME}\bab\b",
)
_DUTCH = _language(
    before=rf"(?:het )?spijt (?:me|mij)|sorry|excuses|mijn excuses|helaas|ik begrijp {_MORE}"
    rf"|als (?:ai|een|taalmodel|kunstmatige){_AS_A_MODEL}|nee",
    joint="maar|echter|dat",
    refusal=rf"(?:(?:(?:daar|hier|dat|dit)(?:mee|bij)? )?(?:kan|mag|zal|wil) ik|ik (?:kan|mag|zal|wil)){_SOME}"
    rf"\b(?:niet|geen)\b(?! genoeg)(?! (?:exact|precie)){_SOME}\b(?:helpen|assisteren|ondersteunen|beantwoorden"
    r"|verstrekken|geven|schrijven|maken|genereren|voldoen|bieden|bespreken|meewerken|verlenen|ingaan)\b"
    r"|ik ben (?:helaas )?niet (?:in staat|bevoegd)|het is (?:me|mij) niet (?:toegestaan|mogelijk)"
    rf"|ik moet {_SOME}\b(?:weigeren|afwijzen)\b",
)
_FRENCH = _language(
    before=rf"(?:je suis )?(?:\w+ )?désolée?|(?:toutes )?mes excuses|excusez-moi|je m'excuse|malheureusement"
    rf"|je regrette|je comprends {_MORE}|en tant qu(?:e |'){_AS_A_MODEL}|non",
    joint="mais|cependant|toutefois|que",
    refusal=rf"je (?:ne |n')(?:peux|puis|pourrai|saurais|dois|souhaite|vais|suis)(?: \w+)?(?: pas)?"
    r"(?: en mesure de| autorisée? à| capable de)?(?! assez)(?! (?:donner|fournir) (?:\w+ )?(?:\w+ )?(?:exact|précis))"
    rf" {_SOME}\b(?:aider|assister|fournir|répondre|créer|générer|écrire|rédiger|donner|produire|proposer|satisfaire"
    r"|accéder|participer|discuter|traiter|continuer)\b"
    r"|je refuse (?:de|d')|je (?:dois|préfère) (?:\w+ )?(?:décliner|refuser)|il m'est impossible (?:de|d')"
    r"|je suis dans l'incapacité",
)
_SPANISH = _language(
    before=rf"lo (?:siento|lamento)(?: mucho)?|disculp[ae]|perdón|perdon[ae]|lamentablemente|desafortunadamente"
    rf"|por desgracia|entiendo {_MORE}|como (?:ia|una?|inteligencia|modelo|asistente){_AS_A_MODEL}|no",
    joint="pero|sin embargo|que",
    refusal=r"(?:yo )?no (?:puedo|podré|podría|voy a|debo|soy capaz de|me es posible|estoy autorizad[oa] a"
    r"|estoy en condiciones de)(?! dejar)(?! (?:dar|proporcionar|ofrecer)\w* (?:\w+ )?(?:\w+ )?(?:exact|precis))"
    rf" {_SOME}\b(?:ayudar|asistir|proporcionar|responder|crear|generar|escribir|redactar|dar|ofrecer|cumplir"
    r"|participar|discutir|producir|facilitar|brindar|continuar|apoyar)(?:t?e|l[aeo]s?|os|los)?\b"
    r"|(?:debo|tengo que) (?:\w+ )?(?:rechazar|negarme|declinar)|me niego a ",
)
_ITALIAN = _language(
    before=rf"mi dispiace|mi scuso|scus[ai]|purtroppo|sono spiacente|spiacente|capisco {_MORE}"
    rf"|come (?:ia|un|modello|assistente|intelligenza){_AS_A_MODEL}|no",
    joint="ma|tuttavia|però",
    refusal=rf"non (?:posso|potrò|sono in grado di|mi è possibile|sono autorizzat[oa] a) {_SOME}\b(?:aiutar|assister"
    r"|fornir|risponder|crear|generar|scriver|dar|offrir|soddisfar|partecipar|discuter|continuar)\w{0,4}\b"
    r"|devo (?:\w+ )?(?:rifiutare|declinare)",
)
_PORTUGUESE = _language(
    before=rf"desculp[ae]|(?:eu )?sinto muito|(?:eu )?lamento|peço desculpas?|infelizmente|(?:eu )?entendo {_MORE}"
    rf"|como (?:ia|uma?|modelo|assistente|inteligência){_AS_A_MODEL}|não",
    joint="mas|porém|no entanto",
    refusal=rf"(?:eu )?não (?:posso|poderei|poderia|consigo|sou capaz de|me é possível|estou autorizad[oa] a) {_SOME}"
    r"\b(?:ajudar|auxiliar|fornecer|responder|criar|gerar|escrever|atender|dar|oferecer|participar|discutir|continuar)"
    r"(?:-\w{1,3})?\b|(?:devo|tenho que) (?:\w+ )?recusar",
)
_CHINESE = re.compile(
    r"(?:(?:非常|很|十分)?(?:抱歉|对不起|對不起|遗憾)[\uff0c,。\uff01!\s]{0,3})(?:但)?(?:作为[^\uff0c。\n]{0,20}[\uff0c,])?我?"
    r"(?:无法|不能|無法|没办法|不会)[^。\n]{0,30}?(?:提供|帮助|幫助|协助|協助|回答|满足|滿足|完成|生成|创建|讨论|继续|支持|执行)"
)
_JAPANESE = re.compile(
    r"(?:(?:大変|誠に)?申し訳(?:ありません|ございません|ない)|すみません|ごめんなさい)[^。\n]{0,80}?"
    r"(?:お答え|お手伝い|対応|提供|お応え|協力|支援|回答|作成|生成)[^。\n]{0,12}?(?:できません|できかねます|いたしかねます|ことはできません)"
)

BEGINNINGS: tuple[re.Pattern[str], ...] = (
    _ENGLISH,
    _GERMAN,
    _DUTCH,
    _FRENCH,
    _SPANISH,
    _ITALIAN,
    _PORTUGUESE,
    _CHINESE,
    _JAPANESE,
)
"""What a refusal matches from its first letter on, with straight apostrophes, in any case."""

STILL_AN_ANSWER = re.compile(
    r"\b(?:but|though|although|however),? (?:here\b|the\b|it(?:'s| is)|this\b|roughly|approximately|about|in general"
    r"|generally|i (?:believe|think|would say|estimate)|i'd say|based on|we\b|if\b|assuming)"
    r"|\baber (?:hier|die antwort|ungefähr|etwa|es ist|das)\b|\bmaar (?:hier|het antwoord|ongeveer|het is)\b"
    r"|\bmais (?:voici|la réponse|environ|c'est)\b|\bpero (?:aquí|la respuesta|aproximadamente|es)\b",
    re.IGNORECASE,
)
"""What in the rest of its sentence makes of a refusal an answer that only says what it lacks."""
