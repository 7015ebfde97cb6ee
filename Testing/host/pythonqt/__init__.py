"""PySide6 seen through PythonQt's manners: the modules `qt` and `ctk`, and how Python sees the qMRML widgets.

PythonQt shows a C++ object as a Python object of its own: properties are attributes, enumerators lie flat on the class
and are integers, signals connect by name, lists come back as tuples. So here: `shown.py` makes one shown class per
PySide6 class, with exactly the names that names/*.json lists for it; `convert.py` goes between the two worlds;
`callbacks.py` is the one way from Qt into Python code; `connections.py` keeps what is connected.
"""
