"""Controllers of NestJS: a whole API was read as nothing at all, and a task of any tenant answered its runs."""

from __future__ import annotations

import pytest

from tests.unit.detect.code.rig import followed, rules_of

from .repository import entries


APP = {
    "src/main.ts": """
        import { NestFactory } from "@nestjs/core";
        import { ValidationPipe } from "@nestjs/common";
        async function bootstrap() {
          const app = await NestFactory.create(AppModule);
          app.useGlobalPipes(new ValidationPipe({ whitelist: true }));
        }
    """,
    "src/auth.guard.ts": """
        import { Injectable, UnauthorizedException } from "@nestjs/common";
        import { Reflector } from "@nestjs/core";
        import { JwtService } from "@nestjs/jwt";
        import { IS_PUBLIC } from "./public";
        @Injectable()
        export class SessionGuard {
          constructor(private readonly reflector: Reflector, private readonly jwt: JwtService) {}
          async canActivate(context) {
            if (this.reflector.getAllAndOverride(IS_PUBLIC, [context.getHandler(), context.getClass()])) return true;
            const request = context.switchToHttp().getRequest();
            const token = request.headers.authorization;
            if (!token) throw new UnauthorizedException();
            const claims = await this.jwt.verifyAsync(token);
            request.tenantId = claims.tenantId;
            return true;
          }
        }
    """,
    "src/public.ts": 'import { SetMetadata } from "@nestjs/common"; export const IS_PUBLIC = "isPublic"; export const Public = () => SetMetadata(IS_PUBLIC, true);',
    "src/tenant.ts": """
        import { createParamDecorator } from "@nestjs/common";
        export const TenantId = createParamDecorator((data, context) => {
          const { tenantId } = context.switchToHttp().getRequest();
          if (!tenantId) throw new Error("no tenant");
          return tenantId;
        });
    """,
    "src/prisma.service.ts": 'import { Injectable } from "@nestjs/common"; import { PrismaClient } from "@prisma/client"; @Injectable() export class PrismaService extends PrismaClient {}',
    "src/tasks.service.ts": """
        import { Injectable, NotFoundException } from "@nestjs/common";
        import { PrismaService } from "./prisma.service";
        @Injectable()
        export class TasksService {
          constructor(private readonly prisma: PrismaService) {}
          async runs(taskId: string) { return this.prisma.taskRun.findMany({ where: { taskId } }); }
          async mine(id: string, tenantId: string) {
            const task = await this.prisma.task.findFirst({ where: { id, tenantId } });
            if (!task) throw new NotFoundException();
            return task;
          }
          async add(tenantId: string, dto) { return this.prisma.task.create({ data: { ...dto, tenantId } }); }
        }
    """,
}
CONTROLLER = """
    import {{ Body, Controller, Delete, Get, Param, Post, UseGuards }} from "@nestjs/common";
    import {{ SessionGuard }} from "./auth.guard";
    import {{ Public }} from "./public";
    import {{ TasksService }} from "./tasks.service";
    import {{ TenantId }} from "./tenant";
    class AddTask {{ name: string; }}
    {guard}
    @Controller({{ path: "tasks", version: "1" }})
    export class TasksController {{
      constructor(private readonly tasks: TasksService) {{}}
      {method}
    }}
"""


def told(method, guard="@UseGuards(SessionGuard)"):
    return rules_of(followed({**APP, "src/tasks.controller.ts": CONTROLLER.format(method=method, guard=guard)}))


def test_verbs_and_paths_of_a_controller():
    found = entries(
        {
            "src/tasks.controller.ts": CONTROLLER.format(
                guard="",
                method='@Get(":id/runs") runs() {} @Delete(["old", "past"]) forget() {} @Post() add() {} plain() {}',
            )
        }
    )
    assert set(found) == {"GET /tasks/[id]/runs", "DELETE /tasks/old", "POST /tasks"}
    assert found["GET /tasks/[id]/runs"].symbol == "runs"


@pytest.mark.parametrize(
    ("method", "rules"),
    [
        ('@Get(":id/runs") async runs(@Param("id") id: string) { return this.tasks.runs(id); }', ["id-only-lookup"]),
        (
            '@Get(":id/runs") async runs(@Param("id") id: string, @TenantId() tenantId: string) { await this.tasks.mine(id, tenantId); return this.tasks.runs(id); }',
            [],
        ),
        (
            '@Get(":id") async one(@Param("id") id: string, @TenantId() tenantId: string) { return this.tasks.mine(id, tenantId); }',
            [],
        ),
        (
            "@Post() async add(@TenantId() tenantId: string, @Body() dto: AddTask) { return this.tasks.add(tenantId, dto); }",
            [],
        ),
    ],
)
def test_a_guard_knows_the_caller_and_a_decorator_says_their_tenant(method, rules):
    assert told(method) == rules


OPEN = '@Delete(":id") async forget(@Param("id") id: string) { return this.tasks.prisma.invoice.delete({ where: { id } }); }'


def test_a_controller_without_a_guard_is_open_to_anybody():
    assert told(OPEN, guard="") == ["missing-session"]


def test_what_is_marked_as_public_is_a_question():
    assert told('@Public() @Get(":id/runs") async runs(@Param("id") id: string) { return this.tasks.runs(id); }') == []


def test_a_guard_of_the_whole_application_stands_before_every_controller():
    module = 'import { APP_GUARD } from "@nestjs/core"; import { Module } from "@nestjs/common"; import { SessionGuard } from "./auth.guard"; @Module({ providers: [{ provide: APP_GUARD, useClass: SessionGuard }] }) export class AppModule {}'
    files = {**APP, "src/app.module.ts": module, "src/tasks.controller.ts": CONTROLLER.format(method=OPEN, guard="")}
    assert rules_of(followed(files)) == ["id-only-lookup"]


def test_passport_lets_nobody_in_whom_it_does_not_know():
    passport = 'import { AuthGuard } from "@nestjs/passport"; import { Injectable } from "@nestjs/common"; @Injectable() export class SessionGuard extends AuthGuard("jwt") {}'
    files = {**APP, "src/auth.guard.ts": passport}
    files["src/tasks.controller.ts"] = CONTROLLER.format(method=OPEN, guard="@UseGuards(SessionGuard)")
    assert rules_of(followed(files)) == ["id-only-lookup"]


def test_an_object_that_is_made_for_each_request_has_the_request():
    scoped = """
        import { Controller, Get, Inject, Param, UseGuards } from "@nestjs/common";
        import { REQUEST } from "@nestjs/core";
        import { AuthGuard } from "@nestjs/passport";
        import { PrismaService } from "./prisma.service";
        @Controller("orders")
        export class OrdersController {
          constructor(private readonly prisma: PrismaService, @Inject(REQUEST) private readonly request: RequestWithUser) {}
          @Get(":id") @UseGuards(AuthGuard("jwt"))
          async one(@Param("id") id: string) { return this.prisma.order.findFirst({ where: { id, userId: this.request.user.id } }); }
        }
    """
    assert rules_of(followed({**APP, "src/orders.controller.ts": scoped})) == []
    assert rules_of(
        followed({**APP, "src/orders.controller.ts": scoped.replace(", userId: this.request.user.id", "")})
    ) == ["id-only-lookup"]


INVOICES = {
    "src/invoices.repository.ts": "export abstract class InvoiceRepository { abstract one(id: string): Promise<unknown>; }",
    "src/invoice.entity.ts": 'import { Entity } from "typeorm"; @Entity() export class Invoice { id: string; userId: string; total: number; }',
    "src/stored-invoices.ts": """
        import { Injectable } from "@nestjs/common";
        import { InjectRepository } from "@nestjs/typeorm";
        import { Repository } from "typeorm";
        import { Invoice } from "./invoice.entity";
        import { InvoiceRepository } from "./invoices.repository";
        @Injectable()
        export class StoredInvoices implements InvoiceRepository {
          constructor(@InjectRepository(Invoice) private readonly rows: Repository<Invoice>) {}
          async one(id: string) { return this.rows.findOne({ where: { id } }); }
        }
    """,
    "src/invoices.controller.ts": """
        import { Controller, Delete, Get, Inject, Param, UseGuards } from "@nestjs/common";
        import { SessionGuard } from "./auth.guard";
        import { InvoiceRepository } from "./invoices.repository";
        import { INVOICES } from "./tokens";
        @Controller("invoices")
        @UseGuards(SessionGuard)
        export class InvoicesController {
          constructor(ASKED) {}
          @Get(":id") one(@Param("id") id: string) { return this.invoices.one(id); }
        }
    """,
    "src/tokens.ts": 'export const INVOICES = Symbol("INVOICES"); export const CACHED = "cached invoices";',
}


def of_invoices(providers: str, asked: str = "private readonly invoices: InvoiceRepository"):
    module = f"""
        import {{ Module }} from "@nestjs/common";
        import {{ InvoiceRepository }} from "./invoices.repository";
        import {{ StoredInvoices }} from "./stored-invoices";
        import {{ CACHED, INVOICES }} from "./tokens";
        class KeptInvoices {{ constructor(private readonly behind: InvoiceRepository) {{}} one(id: string) {{ return this.behind.one(id); }} }}
        @Module({{ providers: [{providers}] }}) export class InvoicesModule {{}}
    """
    files = {**APP, **INVOICES, "src/invoices.module.ts": module}
    files["src/invoices.controller.ts"] = files["src/invoices.controller.ts"].replace("ASKED", asked)
    return followed(files)


@pytest.mark.parametrize(
    ("providers", "asked"),
    [
        ("{ provide: InvoiceRepository, useClass: StoredInvoices }", "private readonly invoices: InvoiceRepository"),
        ("{ provide: INVOICES, useClass: StoredInvoices }", "@Inject(INVOICES) private readonly invoices"),
        (
            "{ provide: INVOICES, useClass: StoredInvoices }, { provide: InvoiceRepository, useExisting: INVOICES }",
            "private readonly invoices: InvoiceRepository",
        ),
        (
            "{ provide: CACHED, useFactory: (behind) => new KeptInvoices(behind), inject: [StoredInvoices] }, { provide: InvoiceRepository, useExisting: CACHED }",
            "private readonly invoices: InvoiceRepository",
        ),
    ],
)
def test_a_repository_is_found_behind_the_token_that_a_module_provides(providers, asked):
    assert rules_of(of_invoices(providers, asked)) == ["id-only-lookup"]


def test_what_a_test_provides_is_nobodys():
    files = {**APP, **INVOICES}
    files["src/invoices.controller.spec.ts"] = """
        import { Test } from "@nestjs/testing";
        import { InvoiceRepository } from "./invoices.repository";
        import { StoredInvoices } from "./stored-invoices";
        Test.createTestingModule({ providers: [{ provide: InvoiceRepository, useClass: StoredInvoices }] });
    """
    files["src/invoices.controller.ts"] = files["src/invoices.controller.ts"].replace(
        "ASKED", "private readonly invoices: InvoiceRepository"
    )
    assert rules_of(followed(files)) == []


LIMITER = """
    import { Injectable } from "@nestjs/common";
    @Injectable()
    export class QuotaGuard { constructor(private readonly counts: Counts) {} async canActivate(context) { return this.counts.take(context.switchToHttp().getRequest().ip); } }
"""


def test_a_guard_that_counts_requests_lets_everybody_in():
    controller = CONTROLLER.format(method=OPEN, guard="@UseGuards(QuotaGuard)").replace(
        'import { SessionGuard } from "./auth.guard";', 'import { QuotaGuard } from "./quota.guard";'
    )
    files = {**APP, "src/quota.guard.ts": LIMITER, "src/tasks.controller.ts": controller}
    assert rules_of(followed(files)) == ["missing-session"]
    (found,) = followed(files).findings
    assert not found.title.startswith("Worth asking")


ROLES = {
    "src/roles.guard.ts": """
        import { Injectable } from "@nestjs/common";
        import { Reflector } from "@nestjs/core";
        import { ROLES } from "./roles";
        @Injectable()
        export class RolesGuard {
          constructor(private readonly reflector: Reflector, private readonly rights: RightsOfSomebody) {}
          async canActivate(context) {
            const asked = this.reflector.getAllAndOverride(ROLES, [context.getHandler(), context.getClass()]);
            if (!asked) return true;
            return this.rights.hasOneOf(context.switchToHttp().getRequest().user, asked);
          }
        }
    """,
    "src/roles.ts": 'import { SetMetadata } from "@nestjs/common"; export const ROLES = "roles"; export const Roles = (...roles) => SetMetadata(ROLES, roles);',
}


@pytest.mark.parametrize(("roles", "rules"), [('@Roles("admin")', []), ("", ["id-only-lookup"])])
def test_a_role_that_a_decorator_demands_is_asked_however_the_guard_looks_it_up(roles, rules):
    controller = (
        CONTROLLER.format(method=f"{roles} {OPEN}", guard="@UseGuards(SessionGuard, RolesGuard)")
        + 'import { RolesGuard } from "./roles.guard"; import { Roles } from "./roles";'
    )
    assert rules_of(followed({**APP, **ROLES, "src/tasks.controller.ts": controller})) == rules


STORAGE = """
    import { S3Client } from "@aws-sdk/client-s3";
    class Bucket { constructor(private key: string, private secret: string) { this.client = new S3Client({ credentials: { accessKeyId: key, secretAccessKey: secret } }); } }
    export class Storages { static make() { return new Bucket(process.env.BUCKET_ACCESS_KEY, process.env.BUCKET_SECRET_KEY); } static key() { return process.env.BUCKET_SECRET_KEY; } }
"""


@pytest.mark.parametrize(
    ("answered", "told"), [("this.tasks.mine(id, tenantId)", []), ("Storages.key()", ["kept-secret-answered"])]
)
def test_what_a_service_is_made_of_answers_no_request(answered, told):
    service = APP["src/tasks.service.ts"].replace("constructor(", "private storage = Storages.make(); constructor(")
    route = f'@Get(":id") one(@Param("id") id: string, @TenantId() tenantId: string) {{ return {answered}; }}'
    controller = CONTROLLER.format(guard="@UseGuards(SessionGuard)", method=route)
    imported = 'import { Storages } from "./storages";\n'
    files = {
        **APP,
        "src/storages.ts": STORAGE,
        "src/tasks.service.ts": imported + service,
        "src/tasks.controller.ts": imported + controller,
    }
    assert rules_of(followed(files)) == told
