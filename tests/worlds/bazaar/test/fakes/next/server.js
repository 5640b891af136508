class NextResponse extends Response {
  static json(body, init) {
    return new NextResponse(JSON.stringify(body), init);
  }
  static redirect(url) {
    return new NextResponse(null, {
      status: 307,
      headers: { location: String(url) },
    });
  }
}
module.exports = { NextResponse };
