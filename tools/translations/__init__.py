"""The panel's languages: reads its texts from code and .ui files, keeps the .ts files, says what is not translated.

``python -m tools.translations`` brings Resources/Translations up to date; docs/translations.md says how to translate.
"""
