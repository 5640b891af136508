"""Rules of configuration files, with the line they stand on."""

from __future__ import annotations

from assistant.collect.hosts import hosts


def read(path, text):
    return [(rule.source, rule.header, rule.value) for rule in hosts({path: text.encode()})]


def test_vercel_with_comments_and_trailing_commas():
    text = """{
  // caches
  "crons": [{"path": "/api/cron", "schedule": "0 5 * * *"}],
  "headers": [
    {"source": "/api/(.*)", "headers": [{"key": "Cache-Control", "value": "public, s-maxage=60"}],},
  ],
  "rewrites": [{"source": "/a", "destination": "https://b.example/:path*", "has": [{"type": "header", "key": "authorization"}]}]
}"""
    found = {rule.header: rule for rule in hosts({"vercel.json": text.encode()})}
    assert found["cron"].value == "0 5 * * *"
    assert (found["cache-control"].source, found["cache-control"].place.line) == ("/api/(.*)", 5)
    assert (found["rewrite"].value, found["rewrite"].when) == ("https://b.example/:path*", "has header authorization")


def test_an_address_with_two_slashes_is_no_comment():
    assert read("vercel.json", '{"redirects": [{"source": "/a", "destination": "https://b.example"}]}') == [
        ("/a", "redirect", "https://b.example")
    ]


def test_next_config_is_a_program():
    text = """
const shared = [{ key: "Access-Control-Allow-Origin", value: "*" }]
const nextConfig = {
  images: { remotePatterns: [{ protocol: "https", hostname: "**" }] },
  async headers() {
    return [
      { source: "/api/:path*", headers: [...shared, { key: "Cache-Control", value: `public, max-age=${age}` }] },
      ...(process.env.X ? [{ source: "/x", headers: shared }] : []),
    ]
  },
  async rewrites() { return { beforeFiles: [{ source: "/b", destination: "/c" }] } },
}
module.exports = withSomething(nextConfig)
"""
    found = read("next.config.js", text)
    assert ("/api/:path*", "cache-control", "public, max-age=$") in found
    assert ("/api/:path*", "access-control-allow-origin", "*") in found
    assert ("/x", "access-control-allow-origin", "*") in found
    assert ("/b", "rewrite", "/c") in found
    assert ("/_next/image", "image", "**") in found


def test_netlify_and_its_plain_files():
    text = '[[headers]]\nfor = "/api/*"\n[headers.values]\nCache-Control = "public"\n[[redirects]]\nfrom = "/x"\nto = "/y"\nstatus = 200\n'
    assert read("netlify.toml", text) == [("/api/*", "cache-control", "public"), ("/x", "rewrite", "/y")]
    assert read("public/_headers", "# c\n/api/*\n  Cache-Control: public\n") == [("/api/*", "cache-control", "public")]
    assert read("_redirects", "/a /b 302\n/c https://d.example 200\n") == [
        ("/a", "redirect", "/b"),
        ("/c", "rewrite", "https://d.example"),
    ]


def test_nginx_says_where_a_header_holds():
    text = 'server {\n location /api/ {\n  proxy_cache shared;\n  add_header Access-Control-Allow-Origin "*" always;\n }\n}\n'
    assert read("nginx.conf", text) == [
        ("/api/", "proxy_cache", "shared"),
        ("/api/", "access-control-allow-origin", "*"),
    ]


def test_a_broken_file_yields_nothing():
    assert read("vercel.json", "{") == []
    assert read("netlify.toml", "[[") == []
    assert read("firebase.json", "[]") == []
    assert read("wrangler.jsonc", "null") == []
