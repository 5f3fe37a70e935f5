"""Cell addresses as spreadsheet programs show them; rows and columns count from 1."""


def column_letters(column: int) -> str:
    """Letters of a column counted from 1: 1 is A, 27 is AA, 16384 is XFD."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Column counted from 1 of its letters; anything but A to Z raises ValueError."""
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise ValueError(letters)
        number = number * 26 + ord(letter) - 64
    return number


def cell_address(row: int, column: int) -> str:
    """Address of a cell by row and column counted from 1, such as B14."""
    return f"{column_letters(column)}{row}"


def split_address(address: str) -> tuple[int, int]:
    """Row and column (both from 1) of an address such as B14 or $B$14; ValueError when it is none."""
    plain = address.replace("$", "")
    letters = plain.rstrip("0123456789")
    digits = plain[len(letters) :]
    if not letters or not digits:
        raise ValueError(address)
    return int(digits), column_number(letters)
