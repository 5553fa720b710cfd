import json
import os
import urllib.request
from pathlib import Path

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Response

REKEY = os.environ.get("REKEY_URL", "http://127.0.0.1:7400")
# A file and not a variable: the environment of a process is read by more than the process.
TOKEN = Path(os.environ.get("REKEY_TOKEN_FILE", "/run/secrets/rekey-token")).read_text().strip()


def with_key(response: Response, x_api_key: str | None = Header(default=None)) -> str:
    """Lets a request through whose X-Api-Key may be used now, and says whose key it is."""
    if x_api_key is None:
        raise HTTPException(401, "Send your key as X-Api-Key.")
    verdict = ask(x_api_key)
    if verdict["status"] not in ("valid", "retiring"):
        raise HTTPException(401, f"This key is {verdict['status'].replace('_', ' ')}.")
    if "until" in verdict:
        response.headers["key-retiring-until"] = verdict["until"]
    return verdict["slug"]


def ask(key: str) -> dict:
    request = urllib.request.Request(
        f"{REKEY}/v1/keys/verify",
        data=json.dumps({"key": key, "caller": "fastapi-sample"}).encode(),
        headers={"authorization": f"Bearer {TOKEN}", "content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:
            return json.load(answer)
    except OSError as error:
        # Nobody gets in because Rekey is away.
        raise HTTPException(503, "Keys cannot be checked right now.", {"retry-after": "5"}) from error


app = FastAPI()


# A plain `def`: FastAPI runs it and its dependency in a thread, so that waiting for Rekey holds up nobody else.
@app.get("/invoices")
def invoices(key: str = Depends(with_key)) -> dict:
    return {"invoices": [], "for": key}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8080")), log_level="warning")
