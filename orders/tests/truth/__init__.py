"""Tests of the sandbox and the platform together: do both end with the same records?"""
