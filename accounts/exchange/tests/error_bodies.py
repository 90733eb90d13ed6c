"""How each venue words an error."""

from accounts.exchange.tests.scripted_venue import Answer


def error_body(name: str, code: str, text: str) -> Answer:
    """An answer of that venue with its code, in the shape of its documentation."""
    if name == "binance":
        return Answer({"code": int(code), "msg": text}, status=400)
    if name == "okx":
        is_general = code.startswith("50")
        row = {"ordId": "", "sCode": code, "sMsg": text}
        told = {"code": code, "msg": text, "data": []} if is_general else None
        return Answer(told or {"code": "1", "msg": "", "data": [row]})
    if name == "bybit":
        return Answer({"retCode": int(code), "retMsg": text, "result": {}})
    status = 500 if code == "server_error" else 400
    return Answer({"error": {"name": code, "message": text}}, status=status)
