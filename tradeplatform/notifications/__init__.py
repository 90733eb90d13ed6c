"""Tell people what happened: rows become notices, notices become messages, messages are sent.

Only committed rows are read, so nothing here can hold up or change an order. Nobody imports this
room but the front page.
"""
