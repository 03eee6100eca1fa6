"""Writes a tiny language model in real file formats, so that real servers have something to say, always the same.

`python modelfile.py gguf FILE` for llama.cpp, `python modelfile.py transformers FOLDER` for transformers; run by the
Python of the server, which has the packages. It is a Llama without attention: each token decides the next one alone,
by a table in the output matrix. Whatever is asked, the prompt's template ends with `<go>`, and the sentence follows.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

GO, BEGIN, END = "<go>", "<s>", "</s>"
SENTENCE = ("<think>", " the", " cat", " sat", "</think>", " answer", " is", " 42")
# Where only JSON is let through, this is what the model would say next.
OBJECT = '{"answer": 42}'
WORDS = (*SENTENCE, OBJECT)
CONTROLS = (BEGIN, END, GO)
# That it writes thinking down again is how llama.cpp's server knows that the model thinks, and in which tags.
TEMPLATE = (
    "{%- for message in messages -%}"
    "{%- if message.role == 'assistant' -%}"
    "{%- if message.reasoning_content -%}<think>{{ message.reasoning_content }}</think>{%- endif -%}"
    "{{ message.content }}" + END + "{%- else -%}{{ message.content }}{%- endif -%}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}" + GO + "{%- endif -%}"
)
CONTEXT = 256
HEADS, HEAD_SIZE, FEED_FORWARD = 9, 32, 32
WIDTH = HEADS * HEAD_SIZE
# Logits: far apart enough that chance never chooses otherwise, at any usual temperature.
CERTAIN, SECOND = 60.0, 30.0

Tensors = dict[str, "np.ndarray[Any, np.dtype[np.float32]]"]


def letters() -> list[str]:
    """Return the 256 letters that stand for bytes in byte-level vocabularies, in the order of the bytes."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = iter(range(256, 512))
    return [chr(byte) if byte in shown else chr(next(hidden)) for byte in range(256)]


def vocabulary() -> list[str]:
    """Return every token: the bytes, the words, and what only templates say."""
    return [*letters(), *WORDS, *CONTROLS]


def following(tokens: list[str]) -> Tensors:
    """Return the embeddings and the output matrix: one-hot tokens, and the table of what follows what."""
    embeddings = np.eye(len(tokens), WIDTH, dtype=np.float32)
    output = np.zeros((len(tokens), WIDTH), dtype=np.float32)
    chain = [GO, *SENTENCE, END]
    certain = [*pairwise(chain), (OBJECT, END)]
    for token, follower in certain:
        output[tokens.index(follower), tokens.index(token)] = CERTAIN
    for token in (GO, "</think>"):
        output[tokens.index(OBJECT), tokens.index(token)] = SECOND
    # The last norm makes a one-hot vector this long.
    return {"embeddings": embeddings, "output": output / np.float32(np.sqrt(WIDTH))}


def layer() -> Tensors:
    """Return one layer that changes nothing: its matrices are zero."""
    square = np.zeros((WIDTH, WIDTH), dtype=np.float32)
    narrow = np.zeros((FEED_FORWARD, WIDTH), dtype=np.float32)
    ones = np.ones(WIDTH, dtype=np.float32)
    return {
        "attention_norm": ones,
        **{name: square.copy() for name in ("query", "key", "value", "attention_output")},
        "feed_forward_norm": ones.copy(),
        "gate": narrow,
        "up": narrow.copy(),
        "down": np.ascontiguousarray(narrow.T),
    }


def write_gguf(file: Path) -> None:
    """Write one file, 1 MB."""
    import gguf

    tokens, kinds = vocabulary(), gguf.TokenType
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_name("one sentence")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_dimension_count(HEAD_SIZE)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(
        [*[kinds.NORMAL] * 256, *[kinds.USER_DEFINED] * len(WORDS), *[kinds.CONTROL] * len(CONTROLS)]
    )
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(tokens.index(BEGIN))
    writer.add_eos_token_id(tokens.index(END))
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)
    for name, tensor in named(GGUF_NAMES, tokens).items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


GGUF_NAMES = {
    "embeddings": "token_embd.weight",
    "output": "output.weight",
    "output_norm": "output_norm.weight",
    "attention_norm": "blk.0.attn_norm.weight",
    "query": "blk.0.attn_q.weight",
    "key": "blk.0.attn_k.weight",
    "value": "blk.0.attn_v.weight",
    "attention_output": "blk.0.attn_output.weight",
    "feed_forward_norm": "blk.0.ffn_norm.weight",
    "gate": "blk.0.ffn_gate.weight",
    "up": "blk.0.ffn_up.weight",
    "down": "blk.0.ffn_down.weight",
}
TRANSFORMERS_NAMES = {
    "embeddings": "model.embed_tokens.weight",
    "output": "lm_head.weight",
    "output_norm": "model.norm.weight",
    "attention_norm": "model.layers.0.input_layernorm.weight",
    "query": "model.layers.0.self_attn.q_proj.weight",
    "key": "model.layers.0.self_attn.k_proj.weight",
    "value": "model.layers.0.self_attn.v_proj.weight",
    "attention_output": "model.layers.0.self_attn.o_proj.weight",
    "feed_forward_norm": "model.layers.0.post_attention_layernorm.weight",
    "gate": "model.layers.0.mlp.gate_proj.weight",
    "up": "model.layers.0.mlp.up_proj.weight",
    "down": "model.layers.0.mlp.down_proj.weight",
}


def named(names: dict[str, str], tokens: list[str]) -> Tensors:
    """Return every tensor of the model under the format's names."""
    norm = {"output_norm": np.ones(WIDTH, dtype=np.float32)}
    return {names[name]: tensor for name, tensor in {**following(tokens), **norm, **layer()}.items()}


def config(tokens: list[str]) -> dict[str, Any]:
    """Return what transformers wants to know of the model."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": len(tokens),
        "hidden_size": WIDTH,
        "intermediate_size": FEED_FORWARD,
        "num_hidden_layers": 1,
        "num_attention_heads": HEADS,
        "num_key_value_heads": HEADS,
        "head_dim": HEAD_SIZE,
        "max_position_embeddings": CONTEXT,
        "rms_norm_eps": 1e-6,
        "tie_word_embeddings": False,
        "bos_token_id": tokens.index(BEGIN),
        "eos_token_id": tokens.index(END),
        "pad_token_id": tokens.index(END),
        "dtype": "float32",
    }


def tokenizer(tokens: list[str]) -> dict[str, Any]:
    """Return the tokenizer in the form of the `tokenizers` library: bytes, and words that are never split."""
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    return {
        "version": "1.0",
        "added_tokens": [
            {"id": tokens.index(word), "content": word, "special": word in CONTROLS, **plain}
            for word in (*WORDS, *CONTROLS)
        ],
        "normalizer": None,
        "pre_tokenizer": level,
        "post_processor": None,
        "decoder": level,
        "model": {
            "type": "BPE",
            "vocab": {token: number for number, token in enumerate(tokens[:256])},
            "merges": [],
        },
    }


def write_transformers(folder: Path) -> None:
    """Write a folder as the Hugging Face hub holds them."""
    from safetensors.numpy import save_file

    tokens = vocabulary()
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": BEGIN,
        "eos_token": END,
        "pad_token": END,
        "model_max_length": CONTEXT,
        "clean_up_tokenization_spaces": False,
        "chat_template": TEMPLATE,
    }
    generation = {"eos_token_id": tokens.index(END), "pad_token_id": tokens.index(END), "do_sample": False}
    files = {
        "config.json": config(tokens),
        "tokenizer.json": tokenizer(tokens),
        "tokenizer_config.json": settings,
        "generation_config.json": generation,
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    save_file(named(TRANSFORMERS_NAMES, tokens), folder / "model.safetensors", metadata={"format": "pt"})


WRITERS: dict[str, Callable[[Path], None]] = {"gguf": write_gguf, "transformers": write_transformers}

if __name__ == "__main__":
    WRITERS[sys.argv[1]](Path(sys.argv[2]))
