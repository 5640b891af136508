"""JSX: what is passed on is kept, how it looks is not, and no text of a page breaks a file."""

from __future__ import annotations

from assistant.domain.syntax import Call, Element, Name
from tests.unit.collect.code.test_read_typescript import read


def test_ampersands_in_texts_and_addresses_of_jsx():
    module = read('export default () => <p>Terms & Conditions <a href="?a=1&b=2">x && y</a>\n{f(a && b)}</p>', "a.tsx")
    element = module.body[0].value.function.body[0].value
    link, call = element.children
    assert link.attributes[0].value.value == "?a=1&b=2"
    assert call.arguments[0].operator == "&&"


def test_jsx_keeps_what_is_passed_and_drops_how_it_looks():
    text = """
    const a = <main className="x">
      <div style={{ a: 1 }}><span>text</span>{name}</div>
      <UI.Row key={r.id} row={r} title="T" onClick={() => remove(r.id)} {...rest} />
      <form action={save} method="post"><input name="id" /></form>
      <script src="https://x" dangerouslySetInnerHTML={{ __html: code }} />
      {rows.map((r) => <Item r={r} />)}
      <></>
    </main>
    """
    element = read(text, "a.tsx").body[0].value
    assert isinstance(element, Element)
    name, row, form, script, mapped = element.children
    assert isinstance(name, Name)
    assert [field.key for field in row.attributes] == ["row", "title", "onClick", None]
    assert row.attributes[3].spread
    assert row.tag == "UI.Row"
    assert [field.key for field in form.attributes] == ["action", "method"]
    assert [field.key for field in script.attributes] == ["src", "dangerouslySetInnerHTML"]
    assert isinstance(mapped, Call)
