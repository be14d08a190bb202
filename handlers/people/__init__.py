"""The person who writes: greeting, help, rights, language, and what of theirs is running."""

from handlers.people.cancel import cancel
from handlers.people.greet import claim, greet, whoami
from handlers.people.help import help_
from handlers.people.language import language

COMMANDS = (help_, whoami, cancel, language, greet, claim)
