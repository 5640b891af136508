"""How to change a secret at its provider: where to click, what to type, what stops working. No command holds a secret in its arguments.

The paths were looked up in the providers' documentation in the month of ``AS_OF``; consoles move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from assistant.domain.secrets import SecretKind


AS_OF: Final = "2026-11"


@dataclass(frozen=True, slots=True)
class Guide:
    """One provider's way."""

    console: str
    """Where to click."""
    commands: tuple[str, ...]
    """What to type; values are asked for or read from the environment."""
    then: str
    """What stops working, and how to see that the old one is dead."""
    docs: str
    """Public address."""


K = SecretKind
_VERCEL_SWAP: Final = (
    "vercel env rm NAME production",
    "vercel env add NAME production --sensitive",
    "vercel redeploy URL",
)
_SUPABASE_API: Final = "https://supabase.com/docs/guides/security/rotate-leaked-api-keys"
_SUPABASE_KEYS: Final = "https://supabase.com/docs/guides/auth/signing-keys"

_GUIDES: Final = {
    K.SUPABASE_SERVICE_ROLE: Guide(
        "Supabase dashboard > Project Settings > API Keys: create a new secret key (sb_secret_…), deploy it everywhere the service-role key was used, "
        "then Legacy API keys > Disable JWT-based API keys",
        (
            "supabase projects api-keys --project-ref PROJECT_REF",
            "supabase secrets set SERVICE_KEY_NAME",
            *_VERCEL_SWAP,
        ),
        "The legacy service_role key cannot be changed alone: disabling the legacy keys also ends the anon key, so move browsers to the publishable key "
        "first. The token itself stays signed until the legacy JWT secret is revoked (Project Settings > JWT Keys: migrate to signing keys, rotate, "
        "revoke the previous one); revoking it signs out everyone. Check: a request with the old key answers 401.",
        _SUPABASE_API,
    ),
    K.SUPABASE_SECRET: Guide(
        "Supabase dashboard > Project Settings > API Keys > Secret keys: create another one, deploy it, then delete the leaked one",
        ("supabase projects api-keys --project-ref PROJECT_REF", *_VERCEL_SWAP),
        "Only what uses this key stops; users stay signed in. Check: a request with the old key answers 401.",
        _SUPABASE_API,
    ),
    K.SUPABASE_ACCESS: Guide(
        "Supabase dashboard > Account > Access Tokens: revoke it, make a new one with the least scope",
        ("supabase logout", "supabase login"),
        "Pipelines that deploy migrations or functions stop until they have the new one. Look into the audit log of the organization.",
        "https://supabase.com/dashboard/account/tokens",
    ),
    K.SUPABASE_JWT: Guide(
        "Supabase dashboard > Project Settings > JWT Keys: migrate to signing keys if you have not, create a standby key, Rotate keys, wait until the "
        "longest session token has expired or act at once, then revoke the legacy JWT secret",
        (),
        "This signs out everyone at the moment of revoking, and ends the legacy anon and service_role keys: have publishable and secret keys deployed "
        "first. Check: an old session token answers 401.",
        _SUPABASE_KEYS,
    ),
    K.DATABASE_URL: Guide(
        "Supabase: Project Settings > Database > Reset database password. Neon: Branch > Roles & Databases > Reset password. Others: ALTER ROLE",
        ("psql -h HOST -U postgres -d postgres -c '\\password ROLE'", *_VERCEL_SWAP),
        "Every connection that is opened with the old password fails from then on, poolers included; open ones live on until they are ended. Restrict the "
        "addresses that may connect. Check: psql with the old password is refused.",
        "https://www.postgresql.org/docs/current/app-psql.html",
    ),
    K.STRIPE_LIVE: Guide(
        "Stripe dashboard (live mode) > Developers > API keys > … > Rotate key, expiry: now if it is abused, else after the deploy",
        _VERCEL_SWAP,
        "Payments fail between expiry and deploy. Look at Developers > Logs for requests you did not make. Prefer a restricted key (rk_live_).",
        "https://docs.stripe.com/keys",
    ),
    K.STRIPE_TEST: Guide(
        "Stripe dashboard (sandbox or test mode) > Developers > API keys > … > Rotate key",
        (),
        "Only test data is behind it.",
        "https://docs.stripe.com/keys",
    ),
    K.WEBHOOK: Guide(
        "Stripe: Developers > Webhooks > endpoint > Signing secret > Roll secret. Svix, Clerk, Resend: endpoint > Signing Secret > Rotate",
        _VERCEL_SWAP,
        "Both secrets are valid during the overlap you choose (at most 24 hours). Until the old one expires, forged events are believed.",
        "https://docs.stripe.com/webhooks#roll-endpoint-secrets",
    ),
    K.CLERK_LIVE: Guide(
        "Clerk dashboard > production instance > API keys > Secret keys: add one, deploy it, delete the leaked one",
        _VERCEL_SWAP,
        "Users stay signed in. Check that the last use of the old key has stopped before deleting it, unless it is abused: then delete it at once.",
        "https://clerk.com/docs/guides/secure/rotate-api-keys",
    ),
    K.AUTH_SECRET: Guide(
        "None: make a new value, deploy it",
        ("openssl rand -base64 33 | vercel env add AUTH_SECRET production --sensitive --force", "vercel redeploy URL"),
        "Everyone is signed out, because every session cookie was sealed with it. Auth.js takes a list (AUTH_SECRET_1 …) to keep sessions: do not use it "
        "after a leak.",
        "https://authjs.dev/reference/core/errors#missingsecret",
    ),
    K.JWT_SECRET: Guide(
        "None: make a new value, deploy it to everything that signs and everything that checks",
        ("openssl rand -base64 48 | vercel env add JWT_SECRET production --sensitive --force", "vercel redeploy URL"),
        "Every token signed with the old one ends: everyone is signed out.",
        "https://datatracker.ietf.org/doc/html/rfc8725",
    ),
    K.PRIVATE_KEY: Guide(
        "Where its public half is trusted: remove that, add a new one",
        ("ssh-keygen -t ed25519 -f NEW_KEY", "openssl genpkey -algorithm ed25519 -out NEW_KEY.pem"),
        "Certificates of this key are to be revoked, not only replaced. What was encrypted for it stays readable to whoever has it.",
        "https://docs.github.com/en/authentication/connecting-to-github-with-ssh",
    ),
    K.GOOGLE_ACCOUNT: Guide(
        "Google Cloud console > IAM & Admin > Service Accounts > account > Keys: add a key, deploy it, delete the leaked one",
        (
            "gcloud iam service-accounts keys list --iam-account=ACCOUNT",
            "gcloud iam service-accounts keys delete KEY_ID --iam-account=ACCOUNT",
        ),
        "Access tokens made with it live up to an hour longer. Look at Cloud Audit Logs.",
        "https://cloud.google.com/iam/docs/keys-create-delete",
    ),
    K.AWS: Guide(
        "AWS console > IAM > Users > user > Security credentials > Access keys: create, deploy, deactivate, delete",
        (
            "aws iam create-access-key --user-name USER",
            "aws iam update-access-key --user-name USER --access-key-id OLD_ID --status Inactive",
            "aws iam delete-access-key --user-name USER --access-key-id OLD_ID",
        ),
        "Temporary credentials made with it live on until they expire: attach AWSRevokeOlderSessions to roles it could assume. Look at CloudTrail.",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
    ),
    K.GITHUB: Guide(
        "GitHub > Settings > Developer settings > Personal access tokens > token > Delete",
        ("gh auth refresh",),
        "Look at the security log. GitHub ends tokens that it finds in public repositories by itself.",
        "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/managing-your-personal-access-tokens",
    ),
    K.NPM: Guide(
        "npmjs.com > Access Tokens > Delete",
        ("npm token list", "npm token revoke ID"),
        "Look whether versions were published that you did not publish.",
        "https://docs.npmjs.com/revoking-access-tokens",
    ),
    K.VERCEL: Guide(
        "Vercel > Account Settings > Tokens > Delete",
        ("vercel logout", "vercel login"),
        "Whoever had it could read the environment variables of every project it reaches: these are to be changed as well.",
        "https://vercel.com/docs/accounts/account-settings/tokens",
    ),
    K.UPSTASH: Guide(
        "Upstash console > database > REST API > Reset credentials; QStash > Signing keys > Roll keys",
        _VERCEL_SWAP,
        "Clients with the old token get 401. Rolling QStash keys keeps the next one valid: roll twice to end both.",
        "https://upstash.com/docs/qstash/howto/roll-signing-keys",
    ),
    K.OPENAI: Guide(
        "platform.openai.com > Settings > API keys: create in the project, deploy, revoke the leaked one",
        _VERCEL_SWAP,
        "Look at Usage for spending that is not yours, and set a limit for the project.",
        "https://platform.openai.com/api-keys",
    ),
    K.ANTHROPIC: Guide(
        "console.anthropic.com > Settings > API keys: create in the workspace, deploy, disable and delete the leaked one",
        _VERCEL_SWAP,
        "Look at Usage for spending that is not yours.",
        "https://console.anthropic.com/settings/keys",
    ),
    K.PINECONE: Guide(
        "app.pinecone.io > project > API keys: create, deploy, delete the leaked one",
        _VERCEL_SWAP,
        "Whoever had it could read every namespace, so the text of every customer: count that as read.",
        "https://docs.pinecone.io/guides/projects/manage-api-keys",
    ),
    K.RESEND: Guide(
        "resend.com > API Keys: create with sending access for one domain, deploy, delete the leaked one",
        _VERCEL_SWAP,
        "Look at Emails for what you did not send.",
        "https://resend.com/docs/dashboard/api-keys/introduction",
    ),
    K.SENDGRID: Guide(
        "app.sendgrid.com > Settings > API Keys: create, deploy, delete the leaked one",
        _VERCEL_SWAP,
        "Look at Activity for what you did not send.",
        "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys",
    ),
    K.TWILIO: Guide(
        "Twilio console > Account > API keys & tokens: create a secondary auth token, deploy it, promote it",
        ("twilio api:core:keys:list",),
        "Promoting the secondary token ends the primary one at once. Look at the message logs.",
        "https://www.twilio.com/docs/iam/api-keys",
    ),
    K.SLACK: Guide(
        "api.slack.com/apps > app > OAuth & Permissions > Revoke tokens; incoming webhooks: remove and add",
        (),
        "The app stops posting until it is installed again.",
        "https://api.slack.com/authentication/best-practices",
    ),
}
_SAME_AS: Final = {K.AWS_ID: K.AWS, K.CLERK_TEST: K.CLERK_LIVE}
_OTHER: Final = Guide(
    "The provider's console: create a new one, deploy it, delete the leaked one",
    _VERCEL_SWAP,
    "See in the provider's log whether it was used, and that the old one is refused afterwards.",
    "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html",
)


def guide_of(kind: SecretKind) -> Guide:
    """The way of its provider, or the general one."""
    return _GUIDES.get(_SAME_AS.get(kind, kind), _OTHER)
