"""The exception tree. Each message names the thing, the value and the next step, and never holds narrative text.

CdiError                 one clear line for the user, exit status 1
├── SourceError          the input cannot be read at all
├── MappingError         a mapping file or a column name is wrong
├── SettingsError        a setting is unknown or out of range
├── TaxonomyError        a pattern, cue, family or lexicon file is wrong
├── ModelError           a model is missing, or is not the one that was registered
├── AuditError           an audit's plan or sheet is wrong, or says too little
├── OutputError          the results cannot be written
└── NotFoundError        the record, family or offence asked for is not there
"""


class CdiError(Exception):
    """What a caller can put right; the command line shows it as one line."""


class SourceError(CdiError):
    """The input cannot be read."""


class MappingError(CdiError):
    """A mapping file or a column name is wrong."""


class SettingsError(CdiError):
    """A setting is unknown or out of range."""


class TaxonomyError(CdiError):
    """A file of the taxonomy is wrong."""


class ModelError(CdiError):
    """A model is missing, or is not the one that was registered."""


class AuditError(CdiError):
    """An audit's plan or sheet is wrong, or says too little."""


class OutputError(CdiError):
    """The results cannot be written."""


class NotFoundError(CdiError):
    """What was asked for by name is not there."""
