"""The tutor's algebra: everything here may import SymPy, and runs in a child process that can be killed.

`question`, `grammar` and `notation` import nothing heavy, since the plugin itself reads questions with them.
"""
