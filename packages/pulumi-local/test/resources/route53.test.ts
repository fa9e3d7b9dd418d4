import assert from "node:assert/strict";
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Properties } from "../../src/engine/provider.ts";
import { createRegistry } from "../../src/resources/index.ts";
import { TestResource } from "../../testing/resource.ts";

describe("resources of Route 53", () => {
  let test: TestCloud;
  let zone: TestResource;
  before(async () => {
    test = await startCloud();
    zone = new TestResource(test.cloud, "aws:route53/zone:Zone", "zone", { stack: "local" });
    await zone.create({ name: "example.org", tags: { a: "1" } });
  });
  after(() => test.stop());

  const record = () => new TestResource(test.cloud, "aws:route53/record:Record", "record");
  const records = async () => {
    const listed = await test.cloud.call<{ ResourceRecordSets: ResourceRecordSet[] }>(
      "route53",
      "ListResourceRecordSets",
      { HostedZoneId: zone.id },
    );
    return listed.ResourceRecordSets.filter(({ Type }) => Type !== "NS" && Type !== "SOA");
  };
  const getZone = (args: Properties) => {
    const { provider, signal } = zone.context;
    return createRegistry(test.cloud).invokes.get("aws:route53/getZone:getZone")!(args, { provider, signal });
  };

  it("make a zone that is found by its name, its tags and its id, and by nothing else", async () => {
    const { zoneId, nameServers, arn } = zone.outputs;
    assert.equal(arn, `arn:aws:route53:::hostedzone/${zoneId}`);
    assert.equal((nameServers as string[]).length, 4);
    for (const args of [{ name: "example.org." }, { zoneId }, { tags: { a: "1" } }]) {
      const found = await getZone(args);
      assert.deepEqual([found.id, found.name, found.tags], [zoneId, "example.org", { stack: "local", a: "1" }]);
    }
    await assert.rejects(getZone({ name: "other.org" }), /^Error: no matching Route 53 Hosted Zone found$/);
    await assert.rejects(getZone({}), /zoneId, name or tags must be given/);
    const { comment } = await zone.update({ name: "example.org", comment: "ours", tags: {} });
    assert.equal(comment, "ours");
    assert.deepEqual((await getZone({ name: "example.org" })).tags, { stack: "local" });
    assert.deepEqual((await zone.diff({ name: "example.net" })).replaces, ["name"]);
    assert.match((await zone.failures({ name: "p.org", vpcs: [] })).join(), /^vpcs: the local cloud does not model/);
  });

  it("make, change, find and delete records, whose names are the zone's or below it", async () => {
    const www = record();
    const given = { zoneId: zone.id, name: "WWW", type: "A", ttl: 60, records: ["192.0.2.1"] };
    const { fqdn } = await www.create(given);
    assert.deepEqual([www.id, fqdn], [`${zone.id}_www_A`, "www.example.org"]);
    await assert.rejects(record().create(given), /but it already exists/);
    await record().create({ ...given, records: ["192.0.2.2"], allowOverwrite: true });
    await www.update({ ...given, records: ["192.0.2.3"] });
    assert.deepEqual((await www.read())?.outputs.records, ["192.0.2.3"]);
    await www.update({ ...given, type: "TXT", records: ["v=spf1 -all"] });
    const sets = await records();
    assert.deepEqual(sets, [
      { Name: "www.example.org.", Type: "TXT", TTL: 60, ResourceRecords: [{ Value: '"v=spf1 -all"' }] },
    ]);
    await www.delete();
    await www.delete();
    assert.deepEqual(await records(), []);
    assert.equal(await www.read(), undefined);
  });

  it("make aliases, wildcards and weighted records", async () => {
    const alias = record();
    const aliases = [{ name: "d-1.execute-api.test", zoneId: "Z1UJRXOUMOOFQ8", evaluateTargetHealth: false }];
    await alias.create({ zoneId: zone.id, name: "*.example.org", type: "A", aliases });
    assert.deepEqual((await alias.read())?.outputs.aliases, aliases);
    const weighted = record();
    await weighted.create({
      ...{ zoneId: zone.id, name: "_x.example.org", type: "CNAME", ttl: 1, records: ["a.b"] },
      ...{ setIdentifier: "blue", weightedRoutingPolicies: [{ weight: 7 }] },
    });
    assert.equal(weighted.id, `${zone.id}__x.example.org_CNAME_blue`);
    assert.deepEqual((await weighted.read())?.outputs.records, ["a.b"]);
    assert.deepEqual(
      (await records()).map(({ Name, Weight }) => [Name, Weight]),
      [
        ["\\052.example.org.", undefined],
        ["_x.example.org.", 7],
      ],
    );
  });

  it("refuse records that are of no kind or of two", async () => {
    const given = { zoneId: zone.id, name: "x", type: "A" };
    assert.deepEqual(await record().failures(given), ["records: or aliases must be given, and not both"]);
    assert.deepEqual(await record().failures({ ...given, records: ["192.0.2.1"] }), ["ttl: is required with records"]);
    const weighted = { ...given, ttl: 1, records: ["192.0.2.1"], weightedRoutingPolicies: [{ weight: 1 }] };
    assert.deepEqual(await record().failures(weighted), ["setIdentifier: is required with weightedRoutingPolicies"]);
    assert.match((await record().failures({ ...given, type: "B" })).join(), /^type: is "B"; allowed are A, AAAA/);
  });

  it("delete a zone with its records where the program says so, and not otherwise", async () => {
    await assert.rejects(zone.delete(), /contains non-required resource record sets/);
    await zone.update({ name: "example.org", forceDestroy: true });
    await zone.delete();
    assert.equal(await zone.read(), undefined);
    await zone.delete();
  });
});
