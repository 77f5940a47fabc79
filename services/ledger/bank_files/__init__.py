"""Files for the bank and files from it, from cards and from providers: objects to bytes and bytes to objects.

Nothing here touches the database. A reader takes in a whole file or none of it.
"""
