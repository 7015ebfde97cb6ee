"""Synthetic training images: every pixel and label is drawn from a random generator, nothing from a patient.

Colours and greys run from 0 to 1 in float32 until the last step. Arrays are (row, column[, channel]).
"""
