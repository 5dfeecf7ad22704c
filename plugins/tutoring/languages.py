"""Questions in German, Spanish, French and Japanese: said over in English, whose sentences `wording` reads.

A sentence that none of the rules takes whole is left as it is, and so is one of more than 300 characters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

LONGEST = 300
_F = r"(?P<f>\S.*?)"
_V = r"(?P<v>[a-zA-Z])"
_A, _B = r"(?P<a>\S.*?)", r"(?P<b>\S.*?)"
_NTH = r"(?:(?P<n>{})\s)?"
_DE = r"(?:(?:was (?:ist|sind)|wie (?:lautet|lauten)|bestimme|berechne|finde|gib mir)\s)?(?:(?:die|das|den|der)\s)?"
_ES = r"(?:¿?(?:cuál(?:es)? (?:es|son)|halla|calcula|encuentra|determina|dame)\s)?(?:(?:la|el|las|los)\s)?"
_FR = r"(?:(?:quelle?s? (?:est|sont)|trouve|calcule|détermine|donne-moi|combien font)\s)?(?:(?:la|le|les)\s|l['’])?"

_RULES: Sequence[tuple[str, str, str]] = (
    # German
    ("differentiate", rf"(?:leite|wie leite ich|leiten sie)\s{_F}(?:\snach\s{_V})?\sab", "differentiate {f}{wrt}"),
    ("differentiate", rf"differenziere\s{_F}(?:\snach\s{_V})?", "differentiate {f}{wrt}"),
    ("differentiate", _DE + _NTH.format("erste|zweite|dritte|vierte") + rf"ableitung\svon\s{_F}(?:\snach\s{_V})?", "{n}derivative of {f}{wrt}"),
    ("integrate", rf"(?:integriere|wie integriere ich)\s{_F}(?:\svon\s{_A}\sbis\s{_B})?", "integrate {f}{bounds}"),
    ("integrate", rf"{_DE}(?:(?:un)?bestimmte\s)?(?:integral|stammfunktion)\svon\s{_F}(?:\svon\s{_A}\sbis\s{_B})?", "integrate {f}{bounds}"),
    ("integrate", rf"{_DE}fläche\sunter\s{_F}\szwischen\s{_A}\sund\s{_B}", "integrate {f}{bounds}"),
    ("solve_equation", rf"(?:löse|wie löse ich|lösen sie)\s(?:(?:die|das|diese|dieses)\s)?(?:(?:quadratische\s)?(?:un)?gleichung\s|(?:gleichungs)?system\s)?{_F}(?:\snach\s{_V}(?:\sauf)?)?", "solve {f}{for}"),
    ("solve_equation", rf"(?:bestimme|berechne|finde)\s{_V},?\swenn\s{_F}", "find {v} if {f}"),
    ("solve_equation", rf"{_DE}(?:nullstellen|lösungen|wurzeln)\svon\s{_F}", "find the roots of {f}"),
    ("factorise", rf"faktorisiere\s{_F}", "factor {f}"),
    ("factorise", rf"zerlege\s{_F}\sin\s(?:linear)?faktoren", "factor {f}"),
    ("factorise", rf"klammere\s{_F}\saus", "factor {f}"),
    ("factorise", rf"multipliziere\s{_F}\saus", "expand {f}"),
    ("simplify", rf"(?:vereinfache|kürze|kannst du)\s(?:(?:den|diesen)\s(?:bruch|ausdruck)\s)?{_F}(?:\s(?:kürzen|vereinfachen))?", "simplify {f}"),
    ("calculate", rf"{_DE}ggt\s(?:von|aus)\s{_F}", "gcd of {f}"),
    ("calculate", rf"{_DE}kgv\s(?:von|aus)\s{_F}", "lcm of {f}"),
    ("calculate", r"ist\s(?P<f>\d+)\seine\sprimzahl", "is {f} prime"),
    ("calculate", rf"{_DE}(?:quadrat)?wurzel\s(?:aus|von)\s{_F}", "calculate sqrt({f})"),
    ("calculate", rf"(?:was (?:ist|ergibt)|wie\s?viel (?:ist|sind|ergibt)|berechne|rechne)\s{_F}(?:\saus)?", "calculate {f}"),
    # Spanish
    ("differentiate", rf"(?:deriva|¿?cómo derivo)\s{_F}(?:\srespecto a\s{_V})?", "differentiate {f}{wrt}"),
    ("differentiate", _ES + _NTH.format("primera|segunda|tercera|cuarta") + rf"derivada\sde\s{_F}(?:\srespecto a\s{_V})?", "{n}derivative of {f}{wrt}"),
    ("integrate", rf"(?:integra|¿?cómo integro)\s{_F}(?:\s(?:de|desde)\s{_A}\s(?:a|hasta)\s{_B})?", "integrate {f}{bounds}"),
    ("integrate", rf"{_ES}(?:integral|primitiva|antiderivada)\sde\s{_F}(?:\s(?:de|desde)\s{_A}\s(?:a|hasta)\s{_B})?", "integrate {f}{bounds}"),
    ("integrate", rf"{_ES}área\sbajo\s{_F}\sentre\s{_A}\sy\s{_B}", "integrate {f}{bounds}"),
    ("solve_equation", rf"(?:resuelve|¿?cómo resuelvo|resolver)\s(?:(?:la|el|esta|este)\s)?(?:(?:in)?ecuación\s|sistema\s)?{_F}(?:\spara\s{_V})?", "solve {f}{for}"),
    ("solve_equation", rf"(?:halla|calcula|encuentra)\s{_V},?\ssi\s{_F}", "find {v} if {f}"),
    ("solve_equation", rf"{_ES}(?:raíces|soluciones|ceros)\sde\s{_F}", "find the roots of {f}"),
    ("factorise", rf"(?:factoriza|saca factor común (?:de|en))\s{_F}", "factor {f}"),
    ("factorise", rf"descompón\s{_F}\sen\sfactores", "factor {f}"),
    ("factorise", rf"desarrolla\s{_F}", "expand {f}"),
    ("simplify", rf"(?:simplifica|reduce|¿?puedes simplificar)\s(?:(?:la|esta)\s(?:fracción|expresión)\s)?{_F}", "simplify {f}"),
    ("calculate", rf"{_ES}mcd\sde\s{_F}", "gcd of {f}"),
    ("calculate", rf"{_ES}mcm\sde\s{_F}", "lcm of {f}"),
    ("calculate", r"¿?es\s(?P<f>\d+)\s(?:un número\s)?primo", "is {f} prime"),
    ("calculate", rf"{_ES}raíz(?:\scuadrada)?\sde\s{_F}", "calculate sqrt({f})"),
    ("calculate", rf"¿?(?:cuánto (?:es|son|da)|calcula|cuál es el)\s(?:el\s)?{_F}", "calculate {f}"),
    # French
    ("differentiate", rf"(?:dérive|comment dériver)\s{_F}(?:\spar rapport à\s{_V})?", "differentiate {f}{wrt}"),
    ("differentiate", rf"{_FR}dérivée\s(?:(?P<n>première|seconde|deuxième|troisième)\s)?de\s{_F}(?:\spar rapport à\s{_V})?", "{n}derivative of {f}{wrt}"),
    ("integrate", rf"(?:intègre|comment intégrer)\s{_F}(?:\sde\s{_A}\sà\s{_B})?", "integrate {f}{bounds}"),
    ("integrate", rf"{_FR}(?:intégrale|primitive)\sde\s{_F}(?:\sde\s{_A}\sà\s{_B})?", "integrate {f}{bounds}"),
    ("integrate", rf"{_FR}aire\ssous\s{_F}\sentre\s{_A}\set\s{_B}", "integrate {f}{bounds}"),
    ("solve_equation", rf"(?:résous|résoudre|comment résoudre|résolvez)\s(?:(?:l['’]|la\s|le\s|cette\s|ce\s))?(?:(?:in)?équation\s|système\s)?{_F}(?:\spour\s{_V})?", "solve {f}{for}"),
    ("solve_equation", rf"(?:trouve|calcule)\s{_V},?\ssi\s{_F}", "find {v} if {f}"),
    ("solve_equation", rf"{_FR}(?:racines|solutions|zéros)\sde\s{_F}", "find the roots of {f}"),
    ("factorise", rf"factorise\s{_F}", "factor {f}"),
    ("factorise", rf"(?:mets|décompose)\s{_F}\sen\sfacteurs?", "factor {f}"),
    ("factorise", rf"développe\s{_F}", "expand {f}"),
    ("simplify", rf"(?:simplifie|réduis|peux-tu simplifier)\s(?:(?:la|cette|l['’])\s?(?:fraction|expression)\s)?{_F}", "simplify {f}"),
    ("calculate", rf"{_FR}pgcd\sde\s{_F}", "gcd of {f}"),
    ("calculate", rf"{_FR}ppcm\sde\s{_F}", "lcm of {f}"),
    ("calculate", r"(?P<f>\d+)\sest-il\s(?:un\s)?(?:nombre\s)?premier", "is {f} prime"),
    ("calculate", rf"{_FR}racine(?:\scarrée)?\sde\s{_F}", "calculate sqrt({f})"),
    ("calculate", rf"(?:combien (?:font|fait)|calcule)\s{_F}", "calculate {f}"),
    # Japanese: the verb is at the end
    ("differentiate", rf"{_F}\s?(?:を)(?:{_V}\s?で)?微分(?:して.*|せよ|する)?", "differentiate {f}{wrt}"),
    ("differentiate", rf"{_F}\s?(?:の|は)\s?(?P<n>[一二三四]階)?(?:の)?(?:導関数|微分|どう微分).{{0,12}}", "{n}derivative of {f}"),
    ("integrate", rf"{_F}\s?を\s?{_A}\s?から\s?{_B}\s?まで(?:で)?積分.{{0,8}}", "integrate {f}{bounds}"),
    ("integrate", rf"{_A}\s?から\s?{_B}\s?までの\s?{_F}\s?の(?:積分|下の面積).{{0,8}}", "integrate {f}{bounds}"),
    ("integrate", rf"{_F}\s?(?:を|の)\s?(?:不定)?(?:積分|原始関数).{{0,12}}", "integrate {f}"),
    ("solve_equation", rf"(?:連立方程式|方程式|不等式)?\s?{_F}\s?を\s?(?:{_V}\s?について)?解.{{0,8}}", "solve {f}{for}"),
    ("solve_equation", rf"{_F}\s?のとき\s?{_V}\s?(?:を求め.{{0,6}}|は.{{0,6}})", "find {v} if {f}"),
    ("solve_equation", rf"{_F}\s?の(?:根|解)(?:は.{{0,6}}|を求め.{{0,6}})?", "find the roots of {f}"),
    ("factorise", rf"{_F}\s?を\s?(?:因数分解|くくり出).{{0,8}}|(?P<f2>\S.*?)\s?の因数(?:は.{{0,6}})?", "factor {f}"),
    ("factorise", rf"{_F}\s?を\s?展開.{{0,8}}", "expand {f}"),
    ("simplify", rf"(?:この分数\s?)?{_F}\s?を\s?(?:簡単に|約分).{{0,8}}", "simplify {f}"),
    ("calculate", rf"{_F}\s?の最大公約数.{{0,8}}", "gcd of {f}"),
    ("calculate", rf"{_F}\s?の最小公倍数.{{0,8}}", "lcm of {f}"),
    ("calculate", r"(?P<f>\d+)\s?は素数.{0,6}", "is {f} prime"),
    ("calculate", rf"{_F}\s?の(?:平方根|ルート).{{0,8}}", "calculate sqrt({f})"),
    ("calculate", r"(?P<b>[\d.]+)\s?の\s?(?P<a>[\d.]+\s?%).{0,8}", "calculate {a} of {b}"),
    ("calculate", rf"{_F}\s?(?:を計算.{{0,8}}|は(?:いくつ|何).{{0,6}})", "calculate {f}"),
)  # fmt: skip
_COMPILED = [(re.compile(pattern, re.IGNORECASE), template) for _, pattern, template in _RULES]
_ORDERS = {
    **dict.fromkeys(("zweite", "segunda", "seconde", "deuxième", "二階"), "second "),
    **dict.fromkeys(("dritte", "tercera", "troisième", "三階"), "third "),
    **dict.fromkeys(("vierte", "cuarta", "四階"), "fourth "),
}
_POLITE = re.compile(
    r"^(?:(?:bitte|hallo|por favor|hola|s['’]il (?:te|vous) pla[iî]t|bonjour|kannst du mir helfen)[,:!]?\s)+|"
    r"[\s,]*(?:bitte|por favor|s['’]il (?:te|vous) pla[iî]t|ください|下さい|お願いします)?[\s.?!。？！]*$",
    re.IGNORECASE,
)
_AND = re.compile(r"(?<=[\d\w)])\s(?:und|y|et)\s(?=[-\d(a-z])|\s?と\s?|、")
_PERCENT = re.compile(r"(?<=%)\s(?:von|de)\s", re.IGNORECASE)
_SIGNS = ((re.compile(r"(?<=[\d)])\s(?:mal|por|fois)\s(?=[-(\d])"), "*"), (re.compile(r"(?<=[\d)])\s(?:geteilt durch|dividido (?:por|entre)|divisé par)\s(?=[-(\d])"), "/"),
          (re.compile(r"(?<=[\d)])\s(?:más|plus)\s(?=[-(\d])"), "+"), (re.compile(r"(?<=[\d)])\s(?:menos|minus|moins)\s(?=[-(\d])"), "-"))  # fmt: skip
_MATH = re.compile(r"\d|[a-zA-Z]\s?[-+*/^=<>]|[=^√∫(]")


def into_english(text: str) -> str:
    """The question as `wording` reads it; the text itself where it is in none of these languages."""
    if len(text) > LONGEST:
        return text
    said = text.strip()
    for _ in range(2):
        said = _POLITE.sub("", said)
        if found := _found(said):
            return found
    return text


def wishes(intent: str) -> list[str]:
    """Patterns by which a question of these languages is known, for a plugin's intent."""
    polite = r"^\s{0,3}(?:(?:bitte|por favor|hallo|hola|bonjour)[,:!]?\s)?"
    return [
        rf"{polite}(?=.{{0,{LONGEST}}}\s{{0,3}}$)(?={'.{0,300}'}[\d^=√(]){_anonymous(pattern)}[\s.?!。？！]{{0,3}}(?:bitte|por favor|s['’]il (?:te|vous) pla[iî]t)?[\s.?!]{{0,3}}$"
        for name, pattern, _ in _RULES
        if name == intent
    ]


def _anonymous(pattern: str) -> str:
    return "(?:" + re.sub(r"\(\?P<\w+>", "(?:", pattern).replace(r"\S.*?", r"\S.{0,80}?") + ")"


def _found(said: str) -> str:
    for rule, template in _COMPILED:
        match = rule.fullmatch(said)
        if match:
            parts = {key: value.strip() for key, value in match.groupdict().items() if value}
            formula = parts.get("f") or parts.get("f2", "")
            if _MATH.search(formula + parts.get("a", "")):
                return _filled(template, formula, parts)
    return ""


def _filled(template: str, formula: str, parts: Mapping[str, str]) -> str:
    variable = parts.get("v", "")
    return template.format(
        f=_signs(formula),
        a=parts.get("a", ""),
        b=parts.get("b", ""),
        v=variable,
        n=_ORDERS.get(parts.get("n", "").casefold(), ""),
        wrt=f" with respect to {variable}" if variable else "",
        bounds=f" from {parts['a']} to {parts['b']}" if "a" in parts else "",
        **{"for": f" for {variable}" if variable else ""},
    )


def _signs(formula: str) -> str:
    formula = _PERCENT.sub(" of ", _AND.sub(" and ", formula))
    for words, sign in _SIGNS:
        formula = words.sub(sign, formula)
    return formula
