"""Yes and no in six languages, as people type them."""

from __future__ import annotations

import re

_YES = re.compile(
    r"(yes|yeah|yep|yup|ye|y|ya|ok|okay|sure|of course|certainly|please( do)?|yes,? please|go ahead|do it|why not|i do|alright|right"
    r"|是|是的|是啊|好|好的|好啊|好吧|行|行的|可以|可以的|要|要的|需要|嗯|嗯嗯|对|對|当然|當然|麻烦了?|麻煩了?|请|請|转人工|轉人工|人工|找人工"
    r"|ja|jo|jawohl|klar|gern|gerne|ja gern|ja gerne|bitte|ja,? bitte|natürlich|mach das|sí|si|claro|vale|de acuerdo|sí,? por favor|por favor"
    r"|oui|ouais|d'accord|volontiers|bien sûr|oui,? s'il (vous|te) pla[iî]t|s'il (vous|te) pla[iî]t|はい|ええ|うん|お願いします|はい、お願いします|お願い)"
    r"( (please|thanks|thank you|danke|gracias|merci)|[,，]?(谢谢|謝謝|麻烦你了|麻烦您了))?"
)
_NO = re.compile(
    r"(no|nope|nah|n|not now|not really|never mind|nevermind|no need|don'?t|not necessary|cancel"
    r"|不|不是|不用|不用了|不要|不要了|不需要|不必|不必了|没事|沒事|算了|没关系|沒關係|否|先不用|暂时不用|別|别"
    r"|nein|nö|nee|nicht nötig|jetzt nicht|lieber nicht|ahora no|no hace falta|mejor no|non|pas maintenant|pas besoin|ce n'est pas la peine"
    r"|いいえ|いや|いいです|結構です|いりません|大丈夫です|いいえ、結構です)"
    r"(,? (please|thanks|thank you|danke|gracias|merci)|[,，]?(谢谢|謝謝))?"
)


def yes_or_no(text: str) -> bool | None:
    """None for anything that is neither: a new question, say."""
    said = re.sub(r"[\s.!。！~～👍]+", " ", text[:100]).strip().casefold().replace("’", "'")
    said = re.sub(r"\s*[,，]\s*", " ", said) if said.isascii() else said
    if _YES.fullmatch(said):
        return True
    return False if _NO.fullmatch(said) else None
