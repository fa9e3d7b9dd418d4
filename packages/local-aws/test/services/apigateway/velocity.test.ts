import assert from "node:assert/strict";
import { callableObject } from "../../../src/services/apigateway/execution/mapping/javaMethods.ts";
import { renderTemplate } from "../../../src/services/apigateway/execution/mapping/velocity.ts";

describe("API Gateway, mapping templates", () => {
  const cases: [what: string, template: string, result: string, variables?: Record<string, unknown>][] = [
    ["an empty text and zero are true", "#if('')a#end#if(0)b#end#if(false)c#end#if($none)d#end", "ab"],
    ["what is not there prints nothing and is null", "<$none><$none.x.y()>#if($none == $other)same#end", "<><>same"],
    ["integers divide to integers", "#set($x = 7 / 2)$x #set($y = 7.5 / 2)$y #set($z = 1 / 0)<$z>", "3 3.75 <>"],
    [
      "what leads nowhere is neither equal nor unequal",
      "#if($x.y != '')a#else b#end#if($x.y == '')c#else d#end",
      " b d",
      {},
    ],
    ["values of two kinds are compared as texts", "#if($a == '1')yes#end#if($a != '2')no#end", "yesno", { a: 1 }],
    ["&& and || give truth", "#if('' && 0)yes#end#set($x = $none || 'b')$x", "yestrue"],
    [
      "maps and lists print as Java's",
      "$map $list",
      "{a=1, b=[2]} [1, [x]]",
      { map: { a: 1, b: [2] }, list: [1, ["x"]] },
    ],
    [
      "a map is filled",
      "#set($m = {})#set($old = $m.put('k', 'v'))[$old]$m.get('k')$m.size()$m.containsKey('k')",
      "[]v1true",
    ],
    ["a list is filled", "#set($l = ['a'])#set($ok = $l.add('b'))$ok$l.size()$l.get(1)$l.contains('a')", "true2btrue"],
    [
      "entries have keys and values",
      "#foreach($e in $m.entrySet())$e.key=$e.getValue();#end",
      "a=1;b=2;",
      { m: { a: 1, b: 2 } },
    ],
    ["loops know their place", "#foreach($x in [1..3])$foreach.index$x#if($foreach.hasNext),#end#end", "01,12,23"],
    [
      "texts have Java's methods",
      "$t.substring(1, 3)$t.replaceAll('[ab]', '-')$t.split(',').size()$t.toUpperCase()",
      "b,--,c2AB,C",
      { t: "ab,c" },
    ],
    ["macros are called", '#macro(wrap $x)<$x>#end#wrap("a")#wrap("b")', "<a><b>"],
    ["comments and raw parts", "a## gone\nb#* gone *#c#[[ $raw #if ]]#", "abc $raw #if "],
    ["quotes within quotes", '{"a": "$x"}', '{"a": "b"}', { x: "b" }],
    ["nested values are set", "#set($o.p.q = 1)$o.p.q", "1", { o: { p: {} } }],
    ["keys of the language are keys like others", "<$m.get('constructor')><$m.get('__proto__')>", "<><>", { m: {} }],
  ];
  for (const [what, template, result, variables = {}] of cases) {
    it(what, () => assert.equal(renderTemplate(template, variables), result));
  }

  it("calls nothing of JavaScript", () => {
    const variables = { map: {}, text: "t", list: [1], call: callableObject({ own: () => "yes" }) };
    for (const name of [
      "constructor",
      "toString.constructor",
      "valueOf",
      "map",
      "hasOwnProperty",
      "__defineGetter__",
    ]) {
      for (const of of Object.keys(variables)) {
        const template = `<$${of}.${name}('return 1')>`;
        assert.match(renderTemplate(template, { ...variables }), /^<>$/, template);
      }
    }
    assert.equal(renderTemplate("$call.own()<$call.own>", variables), "yes<>");
  });

  it("refuses what is no template", () => {
    assert.throws(() => renderTemplate("#if($a", {}));
  });
});
