"""Servers beside Next.js: a handler without the prefix and middleware of the router it hangs under would be judged as something else."""

from __future__ import annotations

from assistant.collect.code.entries_look import dotted

from .repository import entries


def before(entry):
    return [dotted(one.expression) or dotted(getattr(one.expression, "callee", None)) for one in entry.before]


def test_hono_prefixes_mounts_and_middleware_in_order():
    found = entries(
        {
            "src/index.ts": 'import { Hono } from "hono"; import { users } from "./users"; import { register } from "./posts";\n'
            'const app = new Hono().basePath("/api")\napp.get("/health", (c) => c.text("ok"))\napp.use("/users/*", requireUser)\napp.route("/users", users)\nregister(app)\nexport default app',
            "src/users.ts": 'import { Hono } from "hono"; export const users = new Hono().get("/:id", check, async (c) => c.json({})).post("/", create); async function create(c) {}',
            "src/posts.ts": 'import type { Hono } from "hono"; export function register(app: Hono) { app.openapi(route, async (c) => c.json(1)); app.on(["PUT"], "/x", (c) => c) }\nconst route = createRoute({ method: "delete", path: "/posts/{id}" })',
        }
    )
    assert set(found) == {
        "GET /api/health",
        "GET /api/users/[id]",
        "POST /api/users",
        "DELETE /api/posts/[id]",
        "PUT /api/x",
    }
    assert before(found["GET /api/health"]) == []
    assert before(found["GET /api/users/[id]"]) == ["requireUser", "check"]
    assert found["POST /api/users"].symbol == "create"
    assert found["DELETE /api/posts/[id]"].symbol == "register"
    assert [function.name for function in found["PUT /api/x"].within] == ["register"]


def test_express_routers_in_other_files_and_in_commonjs():
    found = entries(
        {
            "server.js": 'const express = require("express"); const orders = require("./routes/orders"); const app = express(); app.use(express.json()); app.use("/api/orders", authenticate, orders); app.listen(1)',
            "routes/orders.js": 'const express = require("express"); const router = express.Router(); const ctl = require("../ctl"); router.use(audit); router.get("/:id", ctl.get); router.route("/").post(isAdmin, (req, res) => res.json(1)); module.exports = router',
            "ctl.js": "exports.get = (req, res) => res.json(1)",
        }
    )
    assert set(found) == {"GET /api/orders/[id]", "POST /api/orders"}
    assert before(found["GET /api/orders/[id]"])[-2:] == ["authenticate", "audit"]
    assert before(found["POST /api/orders"])[-1] == "isAdmin"


def test_a_router_of_a_module_that_is_loaded_in_the_middle_of_a_line():
    found = entries(
        {
            "server.js": 'const orders = require("./routes/orders"); const app = require("express")(); app.use("/api/orders", authenticate, orders); app.listen(1)',
            "routes/orders.js": 'const router = require("express").Router({ mergeParams: true }); router.get("/:id", (req, res) => res.json(1)); module.exports = router',
            "routes/other.js": 'const router = require("./express").Router(); router.get("/other", (req, res) => res.json(1)); module.exports = router',
        }
    )
    assert set(found) == {"GET /api/orders/[id]"}
    assert before(found["GET /api/orders/[id]"]) == ["authenticate"]


def test_fastify_plugins_hooks_and_route_options():
    found = entries(
        {
            "app.ts": 'import Fastify from "fastify"; import users from "./users"; const app = Fastify(); app.register(users, { prefix: "/users" })',
            "users.ts": 'import type { FastifyInstance } from "fastify"; export default async function (app: FastifyInstance) { app.get("/:id", { preHandler: [authed] }, async (req) => 1); app.addHook("preHandler", verify); app.route({ method: "DELETE", url: "/:id", handler: async () => {} }) }',
        }
    )
    assert set(found) == {"GET /users/[id]", "DELETE /users/[id]"}
    assert before(found["GET /users/[id]"]) == ["verify", "authed"]


def test_a_server_that_a_function_makes_takes_its_middleware_along():
    """The public API was read as nothing at all: the app came out of a function, and its routes were handed it one by one."""
    found = entries(
        {
            "src/hono.ts": 'import { OpenAPIHono } from "@hono/zod-openapi";\nexport function getApp() { const app = new OpenAPIHono().basePath("/api"); app.use("*", requireKey); return app; }\nexport type App = ReturnType<typeof getApp>;',
            "src/index.ts": 'import { getApp } from "./hono"; import getContact from "./contact";\nexport const app = getApp();\ngetContact(app);',
            "src/contact.ts": 'import { createRoute } from "@hono/zod-openapi"; import type { App } from "./hono";\nconst route = createRoute({ method: "get", path: "/v1/contacts/{id}" });\nfunction getContact(app: App) { app.openapi(route, async (c) => c.json(1)); }\nexport default getContact;',
        }
    )
    assert set(found) == {"GET /api/v1/contacts/[id]"}
    assert before(found["GET /api/v1/contacts/[id]"]) == ["requireKey"]


def test_fastapi_dependencies_of_every_level_go_before_the_handler():
    found = entries(
        {
            "api/app/__init__.py": "",
            "api/app/main.py": 'from fastapi import FastAPI, Depends\nfrom app.routers import users\napp = FastAPI(dependencies=[Depends(audit)])\napp.include_router(users.router, prefix="/api", dependencies=[Depends(current)])\n',
            "api/app/routers/__init__.py": "",
            "api/app/routers/users.py": 'from fastapi import APIRouter\nrouter = APIRouter(prefix="/users", dependencies=[Security(scope)])\n\n@router.get("/{user_id}", dependencies=[Depends(own)])\nasync def read(user_id: int):\n    return 1\n',
        }
    )
    entry = found["GET /api/users/[user_id]"]
    assert (entry.symbol, entry.inputs, entry.line) == ("read", "fastapi", 5)
    assert [dotted(one.expression.arguments[0]) for one in entry.before] == ["audit", "current", "scope", "own"]


def test_flask_blueprints_factories_and_before_request():
    found = entries(
        {
            "app.py": 'from flask import Flask, Blueprint\nbp = Blueprint("x", __name__, url_prefix="/x")\n@bp.before_request\ndef check():\n    pass\n@bp.route("/y/<int:id>", methods=["POST", "PUT"])\n@login_required\ndef y(id):\n    pass\ndef create_app():\n    app = Flask(__name__)\n    app.register_blueprint(bp)\n    @app.get("/in")\n    def inner():\n        pass\n',
        }
    )
    assert set(found) == {"POST|PUT /x/y/[id]", "GET /in"}
    assert before(found["POST|PUT /x/y/[id]"]) == ["check"]
    assert [function.name for function in found["GET /in"].within] == ["create_app"]


def test_django_views_are_followed_through_include():
    found = entries(
        {
            "site/urls.py": 'from django.urls import path, include\nurlpatterns = [path("shop/", include("shop.urls"))]\n',
            "shop/__init__.py": "",
            "shop/urls.py": 'from django.urls import path\nfrom . import views\nfrom .views import Orders, Things\nrouter = DefaultRouter()\nrouter.register(r"things", Things)\nurlpatterns = [path("o/<int:pk>/", login_required(views.order)), path("all/", Orders.as_view())]\n',
            "shop/views.py": "def order(request, pk):\n    pass\nclass Orders(APIView):\n    permission_classes = [IsAuthenticated]\n    def get(self, request):\n        pass\nclass Things(ModelViewSet):\n    def retrieve(self, request, pk):\n        pass\n",
        }
    )
    assert {(entry.id, entry.symbol) for entry in found.values()} == {
        ("* /shop/o/[pk]", "order"),
        ("GET /shop/all", "Orders.get"),
        ("GET /shop/things/[pk]", "Things.retrieve"),
    }
    assert before(found["* /shop/o/[pk]"]) == ["login_required"]


def test_a_server_that_travels_inside_an_object_is_followed_there():
    """Two hundred routes were not seen: each was set up by a function that took ``{ app, db }`` out of one large context."""
    found = entries(
        {
            "src/server.ts": 'import { Hono } from "hono"; import { registerRoutes } from "./routes";\n'
            "export function createServer(dependencies) { const app = new Hono(); app.use(requireKey); registerRoutes({ app, ...dependencies }); return { app }; }",
            "src/routes.ts": 'import { registerTags } from "./tags"; import { registerHooks } from "./hooks";\nexport function registerRoutes(context) { registerTags(context); registerHooks(context); }',
            "src/tags.ts": "export function registerTags(context) { setupDelete(context); }\n"
            'function setupDelete({ app, db }) { app.delete("/tags/:id", signedIn, async (c) => c.json({})); }',
            "src/hooks.ts": 'export const registerHooks = (context) => { context.app.get("/hooks", async (c) => c.json([])); const { app: server } = context; server.post("/hooks", async (c) => c.json([])); }',
        }
    )
    assert set(found) == {"DELETE /tags/[id]", "GET /hooks", "POST /hooks"}
    assert before(found["DELETE /tags/[id]"]) == ["requireKey", "signedIn"]
    assert found["DELETE /tags/[id]"].symbol == "setupDelete"


def _set_up(calls: str) -> list[str]:
    found = entries(
        {
            "src/app.ts": 'import { Hono } from "hono"; import { routes } from "./routes"; const app = new Hono(); app.use(limited); routes({ app, db }); export default app;',
            "src/routes.ts": 'import { sessions } from "./sessions"; import { notes } from "./notes"; export function routes(context) { CALLS }'.replace(
                "CALLS", calls
            ),
            "src/sessions.ts": 'export function sessions({ app }) { app.get("/session", current); app.use("*", signedIn); }',
            "src/notes.ts": 'export function notes({ app, db }) { all({ app, db }); } function all({ app }) { app.get("/notes", async (c) => c.json([])); }',
        }
    )
    assert before(found["GET /session"]) == ["limited"]
    return before(found["GET /notes"])


def test_what_one_function_registers_on_a_server_runs_before_what_the_next_one_does():
    """Every route was open to anybody: the session was asked for by a function that was called before, and nothing knew of it."""
    assert _set_up("sessions(context); notes(context);") == ["limited", "signedIn"]


def test_what_is_registered_by_a_later_call_does_not():
    assert _set_up("notes(context); sessions(context);") == ["limited"]


def test_an_object_type_that_is_written_out_says_which_field_is_the_server():
    found = entries(
        {
            "src/users.ts": 'import type { Hono } from "hono"; export function users({ app, db }: { app: Hono<Env>; db: Database }) { app.get("/users", (c) => c.json(1)); db.get("/no", (c) => c) }',
        }
    )
    assert set(found) == {"GET /users"}


def test_hooks_of_an_open_plugin_stand_before_what_is_registered_beside_it():
    """Three hundred endpoints were told as open to anybody: the hook that asks came from a plugin of its own, wrapped so that it holds for all."""
    files = {
        "app.ts": 'import Fastify from "fastify"; import authPlugin from "./auth.js"; import { sessions } from "./sessions.js"; '
        "export async function build() { const app = Fastify({}); await app.register(authPlugin); await app.register(sessions); return app; }",
        "auth.ts": 'import type { FastifyInstance } from "fastify"; import fp from "fastify-plugin"; '
        'async function authPlugin(app: FastifyInstance) { app.addHook("preHandler", verify); app.addHook("onResponse", count); }\nexport default WRAP;',
        "sessions.ts": 'import type { FastifyInstance } from "fastify"; export async function sessions(app: FastifyInstance) { app.get("/sessions/all", async (req) => 1); }',
    }
    wrapped = entries(files | {"auth.ts": files["auth.ts"].replace("WRAP", 'fp(authPlugin, { name: "auth" })')})
    assert before(wrapped["GET /sessions/all"]) == ["verify"]
    alone = entries(files | {"auth.ts": files["auth.ts"].replace("WRAP", "authPlugin")})
    assert before(alone["GET /sessions/all"]) == []


def test_a_hook_beside_a_fixed_path_runs_before_it():
    found = entries(
        {
            "app.ts": 'import Fastify from "fastify"; const app = Fastify(); app.addHook("onRequest", verify); app.get("/reports/monthly", async () => 1)',
        }
    )
    assert before(found["GET /reports/monthly"]) == ["verify"]
