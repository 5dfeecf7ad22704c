"""What `botcore eval --help` says of the commands whose modules it does not import."""

KNOWLEDGE = """Ask questions whose answers are known, and see whether the documents give them.

Without a file, the heading of every section is asked: what fails then stands in another section's way. A row without
a source is a question that no document answers. Nothing is written but the index of the bot's own documents, which
it reads anew at every start; with --folder not even that.
"""

TRANSLATION = """Translate texts, and compare with how people translated them.

The measure is chrF2 (Popović 2015), 0 to 100. The enabled translation plugin does it with its memory, its glossary,
the language model and Apertium, as far as they are there.
"""

TUTORING = """Let the tutor answer questions, and compare its answers with the right ones by their value.

Exit code 1 where more answers are wrong than --max-wrong allows. A refusal is not wrong.
"""
