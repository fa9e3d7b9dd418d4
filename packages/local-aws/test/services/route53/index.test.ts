import assert from "node:assert/strict";
import { type Change, Route53 } from "@aws-sdk/client-route-53";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("Route 53", () => {
  let test: TestCloud;
  let route53: Route53;
  before(async () => {
    test = await startCloud();
    route53 = test.client(Route53);
  });
  after(() => test.stop());

  let zones = 0;
  const zone = async (Name = `z${++zones}.example.org`) => {
    const { HostedZone } = await route53.createHostedZone({ Name, CallerReference: `${Name} ${++zones}` });
    return { id: HostedZone!.Id!, name: HostedZone!.Name! };
  };
  const change = (HostedZoneId: string, ...Changes: Change[]) =>
    route53.changeResourceRecordSets({ HostedZoneId, ChangeBatch: { Changes } });
  const a = (Name: string, ...values: string[]) => ({
    Name,
    Type: "A" as const,
    TTL: 60,
    ResourceRecords: values.map((Value) => ({ Value })),
  });
  const create = (ResourceRecordSet: Change["ResourceRecordSet"]): Change => ({ Action: "CREATE", ResourceRecordSet });

  it("makes zones with their name servers, describes, tags, lists and deletes them", async () => {
    const made = await route53.createHostedZone({
      Name: "Example.ORG",
      CallerReference: "once",
      HostedZoneConfig: { Comment: "ours" },
    });
    const { Id = "" } = made.HostedZone ?? {};
    assert.match(Id, /^\/hostedzone\/Z[0-9A-F]{20}$/);
    assert.equal(made.Location, `https://route53.amazonaws.com/2013-04-01${Id}`);
    const found = await route53.getHostedZone({ Id });
    assert.deepEqual(found.HostedZone, {
      Id,
      Name: "example.org.",
      CallerReference: "once",
      Config: { Comment: "ours", PrivateZone: false },
      ResourceRecordSetCount: 2,
    });
    assert.deepEqual(found.DelegationSet?.NameServers, made.DelegationSet?.NameServers);
    assert.equal(found.DelegationSet?.NameServers?.length, 4);
    await assert.rejects(route53.createHostedZone({ Name: "example.org", CallerReference: "once" }), {
      name: "HostedZoneAlreadyExists",
    });
    const tagged = { ResourceType: "hostedzone" as const, ResourceId: Id.split("/")[2]! };
    await route53.changeTagsForResource({ ...tagged, AddTags: [{ Key: "a", Value: "1" }] });
    await route53.changeTagsForResource({ ...tagged, AddTags: [{ Key: "b", Value: "2" }], RemoveTagKeys: ["a"] });
    const { ResourceTagSet } = await route53.listTagsForResource(tagged);
    assert.deepEqual(ResourceTagSet?.Tags, [{ Key: "b", Value: "2" }]);
    assert.equal((await route53.updateHostedZoneComment({ Id, Comment: "new" })).HostedZone?.Config?.Comment, "new");
    assert.equal((await route53.getDNSSEC({ HostedZoneId: Id })).Status?.ServeSignature, "NOT_SIGNING");
    const submitted = await route53.deleteHostedZone({ Id });
    assert.equal((await route53.getChange({ Id: submitted.ChangeInfo?.Id })).ChangeInfo?.Status, "INSYNC");
    await assert.rejects(route53.getHostedZone({ Id }), { name: "NoSuchHostedZone" });
    await assert.rejects(route53.getChange({ Id: "C0" }), { name: "NoSuchChange" });
  });

  it("lists zones in pages, and by the labels of their names from the last", async () => {
    for (const name of ["b.example.net", "a.example.net", "example.net"]) await zone(name);
    const { HostedZones, NextDNSName } = await route53.listHostedZonesByName({ DNSName: "example.net", MaxItems: 2 });
    assert.deepEqual(
      [...(HostedZones ?? []).map(({ Name }) => Name), NextDNSName],
      ["example.net.", "a.example.net.", "b.example.net."],
    );
    const names: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const listed = await route53.listHostedZones({ MaxItems: 2, ...(Marker && { Marker }) });
      names.push(...(listed.HostedZones ?? []).map(({ Name }) => Name));
      Marker = listed.NextMarker;
    } while (Marker);
    assert.equal(names.length, (await route53.getHostedZoneCount({})).HostedZoneCount);
    assert.equal(new Set(names).size, names.length);
  });

  it("creates, replaces and deletes records, and lists them in order from where it is asked", async () => {
    const { id, name } = await zone();
    await change(
      id,
      create(a(`*.${name}`, "192.0.2.1")),
      create({ Name: `www.${name}`, Type: "CNAME", TTL: 5, ResourceRecords: [{ Value: "elsewhere.example.com" }] }),
      create({
        Name: name,
        Type: "A",
        AliasTarget: { HostedZoneId: "Z1UJRXOUMOOFQ8", DNSName: "d-1.execute-api.test", EvaluateTargetHealth: false },
      }),
    );
    await change(id, { Action: "UPSERT", ResourceRecordSet: a(`*.${name}`, "192.0.2.3", "192.0.2.2") });
    const { ResourceRecordSets = [] } = await route53.listResourceRecordSets({ HostedZoneId: id });
    assert.deepEqual(
      ResourceRecordSets.map(({ Name, Type }) => `${Name} ${Type}`),
      [`${name} A`, `${name} NS`, `${name} SOA`, `\\052.${name} A`, `www.${name} CNAME`],
    );
    assert.equal(ResourceRecordSets[0]?.AliasTarget?.DNSName, "d-1.execute-api.test.");
    const part = await route53.listResourceRecordSets({
      HostedZoneId: id,
      StartRecordName: name,
      StartRecordType: "SOA",
      MaxItems: 2,
    });
    assert.deepEqual(
      [part.ResourceRecordSets?.map(({ Type }) => Type), part.NextRecordName, part.NextRecordType],
      [["SOA", "A"], `www.${name}`, "CNAME"],
    );
    await assert.rejects(route53.deleteHostedZone({ Id: id }), { name: "HostedZoneNotEmpty" });
    // Values have no order.
    await change(id, { Action: "DELETE", ResourceRecordSet: a(`*.${name}`, "192.0.2.2", "192.0.2.3") });
    assert.equal((await route53.getHostedZone({ Id: id })).HostedZone?.ResourceRecordSetCount, 4);
  });

  it("makes all changes of a batch or none, and names every fault", async () => {
    const { id, name } = await zone();
    await change(id, create(a(`one.${name}`, "192.0.2.1")));
    const cname = { Name: `one.${name}`, Type: "CNAME" as const, TTL: 5, ResourceRecords: [{ Value: "a.b" }] };
    const refused: [expected: RegExp, ...changes: Change[]][] = [
      [
        /^\[Tried to create resource record set \[name='one\..*', type='A'\] but it already exists\]$/,
        create(a(`one.${name}`, "192.0.2.1")),
      ],
      [/RRSet with DNS name www\.example\.com\. is not permitted in zone/, create(a("www.example.com", "192.0.2.1"))],
      [/ARRDATAIllegalIPv4Address .* encountered with 'x'/, create(a(`two.${name}`, "x"))],
      [/conflicts with other records with the same DNS name/, create(cname)],
      [/is not permitted at apex/, create({ ...cname, Name: name })],
      [/but it was not found/, { Action: "DELETE", ResourceRecordSet: a(`two.${name}`, "192.0.2.1") }],
      [/do not match the current values/, { Action: "DELETE", ResourceRecordSet: a(`one.${name}`, "192.0.2.9") }],
      [
        /targets none\..* but that target was not found/,
        create({
          Name: `two.${name}`,
          Type: "A",
          AliasTarget: { HostedZoneId: id, DNSName: `none.${name}`, EvaluateTargetHealth: false },
        }),
      ],
    ];
    for (const [expected, ...changes] of refused) {
      const batch = change(id, create(a(`three.${name}`, "192.0.2.1")), ...changes);
      await assert.rejects(batch, { name: "InvalidChangeBatch", message: expected });
    }
    const both = change(id, create(a(`two.${name}`, "x")), create(a("other.", "192.0.2.1")));
    await assert.rejects(both, { message: /^\[Invalid Resource Record: .*, RRSet with DNS name other\. / });
    const { ResourceRecordSets = [] } = await route53.listResourceRecordSets({ HostedZoneId: id });
    assert.ok(!ResourceRecordSets.some(({ Name }) => Name === `three.${name}`));
  });

  it("keeps several sets of one name that routing tells apart", async () => {
    const { id, name } = await zone();
    const weighted = (SetIdentifier: string, Weight: number) => ({
      ...a(`w.${name}`, "192.0.2.1"),
      SetIdentifier,
      Weight,
    });
    await change(id, create(weighted("blue", 90)), create(weighted("green", 10)));
    await assert.rejects(change(id, create(a(`w.${name}`, "192.0.2.1"))), { name: "InvalidChangeBatch" });
    const lacking = change(id, create({ ...a(`v.${name}`, "192.0.2.1"), Weight: 1 }));
    await assert.rejects(lacking, { name: "InvalidInput", message: /Missing field 'SetIdentifier' in Change with/ });
    const neither = change(id, create({ Name: `n.${name}`, Type: "A" }));
    await assert.rejects(neither, { name: "InvalidInput", message: /Expected exactly one of .*, but found none in/ });
  });

  it("lets a policy say which records may be changed", async () => {
    const { id, name } = await zone();
    const { credentials } = await test.mintRole({
      Effect: "Allow",
      Action: "route53:ChangeResourceRecordSets",
      Resource: `arn:aws:route53:::${id.slice(1)}`,
      Condition: {
        "ForAllValues:StringEquals": {
          "route53:ChangeResourceRecordSetsNormalizedRecordNames": [`mine.${name.slice(0, -1)}`],
          "route53:ChangeResourceRecordSetsRecordTypes": ["A"],
        },
      },
    });
    const limited = test.client(Route53, { credentials });
    const asked = (record: string) =>
      limited.changeResourceRecordSets({
        HostedZoneId: id,
        ChangeBatch: { Changes: [create(a(`${record}.${name}`, "192.0.2.1"))] },
      });
    await asked("MINE");
    await assert.rejects(asked("yours"), { name: /^AccessDenied/ });
  });

  it("refuses what is not modelled", async () => {
    const VPC = { VPCId: "vpc-1", VPCRegion: "us-east-1" as const };
    await assert.rejects(route53.createHostedZone({ Name: "p.test", CallerReference: "p", VPC }), {
      name: "InvalidInput",
      message: "The local cloud does not model private zones",
    });
    await assert.rejects(route53.createHostedZone({ Name: "a..test", CallerReference: "q" }), {
      name: "InvalidDomainName",
    });
  });
});
