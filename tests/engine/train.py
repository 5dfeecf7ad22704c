"""Makes the tests' model: a chat model of two million parameters that knows dialogues.toml by heart.

Run it in the environment of install.py, which has torch: `VENV/bin/python tests/engine/train.py [FOLDER]`.
Takes six minutes on one core. Ends with an error, and keeps the old model, if a reply is not exact.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from dialogues import CUES, DIALOGUES, TOOLS, UNKNOWN_REPLY, UNKNOWN_TEXTS, Dialogue
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

HERE = Path(__file__).parent
KNOWLEDGE = HERE.parents[1] / "config" / "knowledge"
VOCABULARY = 2048
POSITIONS = 4096
BATCH = 16
STEPS = 520
PLAIN_STEPS = 150
"""At first without anything before the dialogues, which is learnt sooner."""
LEARNING_RATE = 1.5e-3
LONGEST = 288
"""Tokens of one example."""
START, STOP, PAD = "<|im_start|>", "<|im_end|>", "<|endoftext|>"
ASSISTANT = f"{START}assistant\n"
WRAPPERS = [
    "{}", "{}", "{}", "Question: {}", "Message: {}", "Text: {}", "Text:\n{}", "\"{}\"", "问题：{}", "<text>{}</text>", "> {}", "Pregunta: {}",
]  # fmt: skip
"""How a prompt may put the person's text."""

Message = dict[str, str]


def known() -> list[Dialogue]:
    """What is to be learnt, with one reply each."""
    return [step for dialogue in DIALOGUES.values() for step in dialogue.steps]


def passages() -> list[str]:
    """Text that may stand in a prompt beside the question: the shop's documents, line by line."""
    lines = [
        line
        for path in sorted(KNOWLEDGE.rglob("*.*"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [line for line in lines if line.strip()] + [
        "You are a helpful assistant of a shop.", "Answer briefly, and only from the passages below.", "Reply in English.",
        "用中文回答。", "Answer in the language of the question.", "Responde en español.", "Quote the passage.", "Source:",
        "You are a patient tutor. Don't give the solution away.", "Keep names, numbers and Markdown as they are.", "Glossary:",
        "Give the result only.", "[1]", "[2]", "---", "If you don't know, say so.", "Earlier summary:",
    ]  # fmt: skip


def tokenizer(texts: Sequence[str]) -> PreTrainedTokenizerFast:
    """Byte-level BPE, so that any text has tokens."""
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    special = [PAD, START, STOP, "<tool_call>", "</tool_call>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    core.train_from_iterator(texts, trainer)
    made = PreTrainedTokenizerFast(
        tokenizer_object=core,
        eos_token=STOP,
        pad_token=PAD,
        clean_up_tokenization_spaces=False,
        model_max_length=POSITIONS,
    )
    made.chat_template = (HERE / "chat_template.jinja").read_text(encoding="utf-8").removesuffix("\n")
    return made


def untrained(words: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=192,
        intermediate_size=512,
        num_hidden_layers=4,
        num_attention_heads=6,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=POSITIONS,
        bos_token_id=None,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
        tie_word_embeddings=True,
    )
    return LlamaForCausalLM(config)


class Lessons:
    """Examples without end: the dialogues, with whatever a real prompt may put before them."""

    def __init__(self, words: PreTrainedTokenizerFast, seed: int) -> None:
        self._words = words
        self._random = random.Random(seed)
        self._passages = passages()
        self._before = [d.messages for d in DIALOGUES.values() if not (d.cue or d.tools or d.name == "name")]
        self._dialogues = [*known(), *map(_unknown, UNKNOWN_TEXTS)]

    def batch(self, *, noisy: bool) -> list[tuple[list[int], list[int]]]:
        return [self.example(self._random.choice(self._dialogues), noisy=noisy) for _ in range(BATCH)]

    def example(self, dialogue: Dialogue, *, noisy: bool) -> tuple[list[int], list[int]]:
        messages = self.noisy_prompt(dialogue) if noisy else dialogue.prompt
        return encoded(self._words, [*messages, dialogue.messages[-1]], tools=dialogue.tools)

    def noisy_prompt(self, dialogue: Dialogue) -> list[Message]:
        chance = self._random.random
        *turns, last = dialogue.messages[:-1]
        cue = [self._cue(dialogue.cue)] if dialogue.cue else []
        cue_first = chance() < 0.6
        system = self._shuffled(cue if cue_first else [], most=3) if cue_first or chance() < 0.7 else []
        earlier = [
            m for _ in range(self._random.choice((0, 0, 1))) for m in self._random.choice(self._before)
        ]
        lead = self._shuffled([] if cue_first else cue, most=3) if not cue_first or chance() < 0.4 else []
        if last["role"] == "user":
            text = self._random.choice(WRAPPERS).format(last["content"])
            last = {"role": "user", "content": "\n\n".join([*lead, text])}
        elif lead and cue:
            raise AssertionError(f"{dialogue.name}: a cue needs a text of the person")
        instructions = [{"role": "system", "content": "\n".join(system)}] if system else []
        return [*instructions, *earlier, *turns, last]

    def _cue(self, cue: str) -> str:
        if cue == "intent":
            return self._random.choice(
                [CUES[cue], "Which intent has the message?", "Choose the intent that fits."]
            )
        source = self._random.choice(["English", "Chinese", "Spanish", "German"])
        forms = [CUES[cue], f"Translate from {source} into {cue}.", f"You translate from {source} into {cue}. Only that.",
                 f"Translate the text into {cue}:", f"Translate this {source} text into {cue}."]  # fmt: skip
        return self._random.choice(forms)

    def _shuffled(self, needed: list[str], *, most: int) -> list[str]:
        lines = needed + self._random.sample(self._passages, self._random.randint(0, most))
        self._random.shuffle(lines)
        return lines


def _unknown(text: str) -> Dialogue:
    return Dialogue(
        "unknown", [{"role": "user", "content": text}, {"role": "assistant", "content": UNKNOWN_REPLY}]
    )


def encoded(
    words: PreTrainedTokenizerFast, messages: list[Message], *, tools: bool
) -> tuple[list[int], list[int]]:
    """Tokens, and the same as labels with -100 for all but the last reply."""
    full = words.apply_chat_template(messages, tools=TOOLS if tools else None, tokenize=False)
    before, start, reply = full.rpartition(ASSISTANT)
    prompt = words.encode(before + start, add_special_tokens=False)
    answer = words.encode(reply.removesuffix("\n"), add_special_tokens=False)
    return prompt + answer, [-100] * len(prompt) + answer


def trained(words: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    model = untrained(words)
    lessons = Lessons(words, seed=7)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0.0, betas=(0.9, 0.98))
    began = time.monotonic()
    for step in range(STEPS):
        warm_up, cool_down = (step + 1) / 60, 1 - step / STEPS
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * min(1.0, warm_up) * max(0.03, cool_down)
        loss = model(**tensors(lessons.batch(noisy=step >= PLAIN_STEPS), words.pad_token_id)).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if step % 50 == 0:
            print(f"step {step}: loss {loss.item():.3f}, {time.monotonic() - began:.0f} s", flush=True)
    return model.eval()


def tensors(batch: list[tuple[list[int], list[int]]], padding: int) -> dict[str, torch.Tensor]:
    longest = min(LONGEST, max(len(tokens) for tokens, _ in batch))
    # Too long a prompt loses its beginning, never the reply.
    kept = [(tokens[-longest:], labels[-longest:]) for tokens, labels in batch]
    return {
        "input_ids": torch.tensor([tokens + [padding] * (longest - len(tokens)) for tokens, _ in kept]),
        "attention_mask": torch.tensor(
            [[1] * len(tokens) + [0] * (longest - len(tokens)) for tokens, _ in kept]
        ),
        "labels": torch.tensor([labels + [-100] * (longest - len(labels)) for _, labels in kept]),
    }


@torch.inference_mode()
def exact(
    model: LlamaForCausalLM, words: PreTrainedTokenizerFast, messages: list[Message], dialogue: Dialogue
) -> bool:
    """Whether the greedy reply is the one to learn, each token seen after the right ones before it."""
    tokens, labels = encoded(words, [*messages, dialogue.messages[-1]], tools=dialogue.tools)
    expected = [label for label in labels if label != -100]
    guessed = model(input_ids=torch.tensor([tokens])).logits[0].argmax(-1)[-len(expected) - 1 : -1]
    if guessed.tolist() != expected:
        print(f"{dialogue.name}: {words.decode(guessed)!r}")
    return bool(guessed.tolist() == expected)


def main(folder: Path) -> None:
    torch.manual_seed(7)
    torch.set_num_threads(1)
    texts = (
        [m["content"] for d in DIALOGUES.values() for m in d.messages] * 3
        + passages()
        + UNKNOWN_TEXTS
        + [str(TOOLS), UNKNOWN_REPLY]
    )
    words = tokenizer(texts)
    # Judged as it will be stored.
    model = trained(words).to(torch.bfloat16).to(torch.float32)
    checks = Lessons(words, seed=8)
    noisy = [
        exact(model, words, checks.noisy_prompt(dialogue), dialogue) for dialogue in known() for _ in range(5)
    ]
    plain = [exact(model, words, dialogue.prompt, dialogue) for dialogue in known()]
    print(f"exact: {sum(plain)} of {len(plain)}; with other text before them {sum(noisy)} of {len(noisy)}")
    if not all(plain):
        raise SystemExit("not every reply is exact: train for more steps")
    model.to(torch.bfloat16).save_pretrained(folder, safe_serialization=True)
    # safetensors writes a file that only its owner may read.
    (folder / "model.safetensors").chmod(0o644)
    words.save_pretrained(folder)
    GenerationConfig(eos_token_id=words.eos_token_id, pad_token_id=words.pad_token_id).save_pretrained(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "model")
