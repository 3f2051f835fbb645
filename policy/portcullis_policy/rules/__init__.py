"""The rules: a folder for each subject, a module for each family or part of one."""
