"""app/steps"""
