"""A small provider of OpenID Connect on this machine: who signs in, and as what, is set by the test.

Discovery, authorize, token, keys and end of session, with PKCE (S256, RFC 7636).
    python -m tests.browser.provider PORT CLAIMS.json
The claims are read anew at every sign-in, so that a test can change who comes next.
"""

import hashlib
import json
import secrets
import sys
import time
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "school-mirrors", "a secret of this test only"
LASTS = 600


class Provider:
    """The provider at `issuer`; `claims` is the file that says who signs in."""

    def __init__(self, issuer: str, claims: Path) -> None:
        self.issuer, self.claims = issuer, claims
        self.key = RSAKey.generate_key(2048, {"kid": "test", "use": "sig", "alg": "RS256"})
        self.waiting: dict[str, dict[str, str]] = {}

    def discovery(self, _request: Request) -> Response:
        """Say where everything is."""
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "end_session_endpoint": f"{self.issuer}/end",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def keys(self, _request: Request) -> Response:
        """Give the public key."""
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    def authorize(self, request: Request) -> Response:
        """Sign somebody in without asking, and send them back with a code."""
        asked = dict(request.query_params)
        if asked.get("client_id") != CLIENT or asked.get("code_challenge_method") != "S256":
            return JSONResponse({"error": "invalid_request"}, 400)
        code = secrets.token_urlsafe(16)
        self.waiting[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)

    async def token(self, request: Request) -> Response:
        """Give the signed claims for a code, once, to whoever asked for it first."""
        form = await request.form()
        asked = self.waiting.pop(str(form.get("code")), None)
        proof = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
        if asked is None or urlsafe_b64encode(proof).rstrip(b"=").decode() != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        told: dict[str, Any] = json.loads(self.claims.read_text(encoding="utf-8"))
        lasts = told.pop("lasts", LASTS)
        given = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + lasts,
            "nonce": asked.get("nonce", ""),
            **told,
        }
        signed = jwt.encode({"alg": "RS256", "kid": "test"}, given, self.key)
        return JSONResponse(
            {"access_token": "none", "token_type": "Bearer", "expires_in": lasts, "id_token": signed}
        )

    def end(self, request: Request) -> Response:
        """Forget who was signed in."""
        return JSONResponse({"ended": True})

    def app(self) -> Starlette:
        """Return the provider as a web application."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/keys", self.keys),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/end", self.end),
            ]
        )


def main(port: int, claims: Path) -> None:
    """Serve the provider on this machine."""
    provider = Provider(f"http://localhost:{port}", claims)
    uvicorn.run(provider.app(), host="localhost", port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
