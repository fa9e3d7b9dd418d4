import assert from "node:assert/strict";
import fc from "fast-check";
import { isDomainName, isWithin, normalName, orderOf } from "../../../src/services/route53/names.ts";
import { valueFault } from "../../../src/services/route53/values.ts";

describe("names and values of DNS records", () => {
  it("a normal name stays as it is, whatever it was made of", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        const normal = normalName(text);
        assert.equal(normalName(normal), normal);
        assert.match(normal, /^[a-z0-9\-_.\\]*\.$/);
        assert.equal(isWithin(`a.${normal}`, normal), true);
      }),
    );
    assert.equal(normalName("*.Example.ORG"), "\\052.example.org.");
    assert.equal(orderOf("www.example.org."), "org.example.www.");
  });

  it("every generated domain is a name, and no label is empty or too long", () => {
    fc.assert(fc.property(fc.domain(), (domain) => isDomainName(domain)));
    for (const name of ["a..b", ".a", `${"a".repeat(64)}.org`, "a.".repeat(128)])
      assert.equal(isDomainName(name), false);
    assert.equal(isDomainName(`${"*".repeat(63)}.org`), true);
  });

  it("values are of their type's form", () => {
    const valid: Record<string, string[]> = {
      A: ["192.0.2.1"],
      AAAA: ["2001:db8::1"],
      CNAME: ["a.example.org."],
      MX: ["10 mail.example.org"],
      SRV: ["1 2 443 a.example.org"],
      CAA: ['0 issue "amazon.com"'],
      TXT: ['"v=spf1 -all"', '"a \\" b" "c"'],
      DS: ["12345 3 1 0123"],
    };
    const invalid: Record<string, string[]> = {
      A: ["2001:db8::1", "192.0.2.256", ""],
      AAAA: ["192.0.2.1"],
      CNAME: ["a..b"],
      MX: ["mail.example.org", "70000 a.org"],
      SRV: ["1 2 a.example.org"],
      CAA: ["issue amazon.com"],
      TXT: ["plain", `"${"a".repeat(256)}"`],
      DS: [""],
    };
    for (const [type, values] of Object.entries(valid))
      for (const value of values) assert.equal(valueFault(type, value), undefined, `${type} ${value}`);
    for (const [type, values] of Object.entries(invalid)) {
      for (const value of values)
        assert.match(valueFault(type, value) ?? "", /^Invalid Resource Record: 'FATAL problem: /, `${type} ${value}`);
    }
  });
});
