import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ECR } from "@aws-sdk/client-ecr";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { aws } from "../../support/awsCli.ts";
import { refuses } from "../../support/refuses.ts";

const registryId = "000000000000";
const sha = (bytes: Uint8Array | string) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

describe("ECR", () => {
  let test: TestCloud;
  let ecr: ECR;
  before(async () => {
    test = await startCloud();
    ecr = test.client(ECR);
  });
  after(() => test.stop());

  let names = 0;
  const repository = async (more: object = {}) => {
    const { repository: made } = await ecr.createRepository({ repositoryName: `team/app-${++names}`, ...more });
    return made!.repositoryName!;
  };
  const upload = async (repositoryName: string, text: string) => {
    const layerPartBlob = Buffer.from(text);
    const { uploadId } = await ecr.initiateLayerUpload({ repositoryName });
    const part = { partFirstByte: 0, partLastByte: layerPartBlob.length - 1, layerPartBlob };
    await ecr.uploadLayerPart({ repositoryName, uploadId, ...part });
    const { layerDigest } = await ecr.completeLayerUpload({ repositoryName, uploadId, layerDigests: [sha(text)] });
    return { digest: layerDigest!, size: layerPartBlob.length };
  };
  /** An image of one layer. */
  const manifestOf = async (repositoryName: string, text: string) => {
    const config = {
      mediaType: "application/vnd.oci.image.config.v1+json",
      ...(await upload(repositoryName, `config ${text}`)),
    };
    const layers = [
      { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", ...(await upload(repositoryName, text)) },
    ];
    return JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config,
      layers,
    });
  };

  it("makes repositories, describes, changes, tags and deletes them", async () => {
    const { repository: made } = await ecr.createRepository({
      repositoryName: "team/app",
      imageScanningConfiguration: { scanOnPush: true },
      tags: [{ Key: "a", Value: "1" }],
    });
    const { createdAt, ...rest } = made!;
    assert.ok(createdAt instanceof Date);
    assert.deepEqual(rest, {
      registryId,
      repositoryName: "team/app",
      repositoryArn: `arn:aws:ecr:us-east-1:${registryId}:repository/team/app`,
      repositoryUri: `${registryId}.dkr.ecr.us-east-1.amazonaws.com/team/app`,
      imageTagMutability: "MUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: "AES256" },
    });
    const repositoryName = "team/app";
    await ecr.putImageTagMutability({ repositoryName, imageTagMutability: "IMMUTABLE" });
    await ecr.putImageScanningConfiguration({ repositoryName, imageScanningConfiguration: { scanOnPush: false } });
    const { repositories: [found] = [] } = await ecr.describeRepositories({ repositoryNames: [repositoryName] });
    assert.deepEqual(
      [found?.imageTagMutability, found?.imageScanningConfiguration],
      ["IMMUTABLE", { scanOnPush: false }],
    );
    const resourceArn = made!.repositoryArn!;
    await ecr.tagResource({ resourceArn, tags: [{ Key: "b", Value: "2" }] });
    await ecr.untagResource({ resourceArn, tagKeys: ["a"] });
    assert.deepEqual((await ecr.listTagsForResource({ resourceArn })).tags, [{ Key: "b", Value: "2" }]);
    await ecr.deleteRepository({ repositoryName });
    const gone = ecr.describeRepositories({ repositoryNames: [repositoryName] });
    const message = /^The repository with name 'team\/app' does not exist in the registry with id '000000000000'$/;
    await refuses(gone, "RepositoryNotFoundException", message, 400);
  });

  it("refuses names, mutabilities, policies and keys that ECR does not have", async () => {
    const repositoryName = await repository();
    const refused: [Promise<unknown>, code: string, message: RegExp][] = [
      [ecr.createRepository({ repositoryName: "Upper" }), "InvalidParameterException", /'repositoryName'/],
      [ecr.createRepository({ repositoryName }), "RepositoryAlreadyExistsException", /already exists/],
      [
        ecr.createRepository({ repositoryName: "x1", imageTagMutability: "SOMETIMES" as never }),
        "InvalidParameterException",
        /'imageTagMutability' .* one of MUTABLE, IMMUTABLE/,
      ],
      [ecr.setRepositoryPolicy({ repositoryName, policyText: "{}" }), "InvalidParameterException", /'PolicyText'/],
      [ecr.getRepositoryPolicy({ repositoryName }), "RepositoryPolicyNotFoundException", /policy does not exist/],
      [ecr.getLifecyclePolicy({ repositoryName }), "LifecyclePolicyNotFoundException", /policy does not exist/],
      [ecr.getRegistryPolicy({}), "RegistryPolicyNotFoundException", /does not exist in the registry/],
    ];
    for (const [work, code, message] of refused) await refuses(work, code, message, 400);
  });

  it("keeps lifecycle policies that are right, and says what is wrong with others", async () => {
    const repositoryName = await repository();
    const rule = (selection: object, more: object = {}) => ({
      rulePriority: 1,
      selection,
      action: { type: "expire" },
      ...more,
    });
    const put = (...rules: object[]) =>
      ecr.putLifecyclePolicy({ repositoryName, lifecyclePolicyText: JSON.stringify({ rules }) });
    const counted = { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: 1 };
    await put(rule(counted), rule({ ...counted, tagStatus: "any" }, { rulePriority: 2 }));
    const { lifecyclePolicyText = "" } = await ecr.getLifecyclePolicy({ repositoryName });
    assert.equal(JSON.parse(lifecyclePolicyText).rules.length, 2);
    for (const [rules, message] of [
      [[], /rules/],
      [[rule(counted), rule(counted)], /unique/],
      [[rule({ ...counted, countNumber: 0 })], /countNumber .* it is 0/],
      [[rule({ ...counted, tagStatus: "tagged" })], /tagPrefixList and selection.tagPatternList/],
      [[rule({ ...counted, countType: "sinceImagePushed" })], /countUnit must be days/],
      [[rule({ ...counted, tagStatus: "any" }), rule(counted, { rulePriority: 2 })], /highest rulePriority/],
    ] as [object[], RegExp][]) {
      await refuses(put(...rules), "InvalidParameterException", message, 400);
    }
    await ecr.deleteLifecyclePolicy({ repositoryName });
  });

  it("takes images whose layers are there, and lists, reads and deletes them by tag and digest", async () => {
    const repositoryName = await repository();
    const bare = JSON.stringify({ config: { digest: sha("none") }, layers: [] });
    const early = ecr.putImage({ repositoryName, imageManifest: bare });
    await refuses(early, "LayersNotFoundException", new RegExp(sha("none")), 400);
    const imageManifest = await manifestOf(repositoryName, "one");
    const { image } = await ecr.putImage({ repositoryName, imageManifest, imageTag: "v1" });
    assert.deepEqual(image?.imageId, { imageDigest: sha(imageManifest), imageTag: "v1" });
    const again = ecr.putImage({ repositoryName, imageManifest, imageTag: "v1" });
    await refuses(again, "ImageAlreadyExistsException", /digest 'sha256:.*' and tag 'v1' already exists/, 400);
    await ecr.putImage({ repositoryName, imageManifest, imageTag: "latest" });
    const { imageDetails: [detail] = [] } = await ecr.describeImages({
      repositoryName,
      imageIds: [{ imageTag: "v1" }],
    });
    assert.deepEqual(
      [detail?.imageTags, detail?.imageSizeInBytes, detail?.artifactMediaType],
      [["v1", "latest"], "one".length + "config one".length, "application/vnd.oci.image.config.v1+json"],
    );
    // A tag moves to the image that is put last under it.
    const other = await manifestOf(repositoryName, "two");
    await ecr.putImage({ repositoryName, imageManifest: other, imageTag: "latest" });
    const { images, failures } = await ecr.batchGetImage({
      repositoryName,
      imageIds: [{ imageTag: "latest" }, { imageTag: "none" }],
    });
    assert.deepEqual(
      images?.map((one) => one.imageManifest),
      [other],
    );
    assert.deepEqual(
      failures?.map(({ failureCode }) => failureCode),
      ["ImageNotFound"],
    );
    const missing = ecr.describeImages({ repositoryName, imageIds: [{ imageTag: "none" }] });
    await refuses(missing, "ImageNotFoundException", /imageTag:'none'\} does not exist within/, 400);
    const first = await ecr.listImages({ repositoryName, maxResults: 1 });
    const second = await ecr.listImages({ repositoryName, maxResults: 1, nextToken: first.nextToken });
    const tags = [...(first.imageIds ?? []), ...(second.imageIds ?? [])].map(({ imageTag }) => imageTag);
    assert.deepEqual(tags.sort(), ["latest", "v1"]);
    await refuses(
      ecr.deleteRepository({ repositoryName }),
      "RepositoryNotEmptyException",
      /still contains images/,
      400,
    );
    const gone = await ecr.batchDeleteImage({ repositoryName, imageIds: [{ imageTag: "v1" }, { imageTag: "v1" }] });
    assert.deepEqual([gone.imageIds?.length, gone.failures?.length], [1, 1]);
    await ecr.deleteRepository({ repositoryName, force: true });
  });

  it("keeps immutable tags as they are", async () => {
    const imageTagMutabilityExclusionFilters = [{ filterType: "WILDCARD" as const, filter: "dev-*" }];
    const repositoryName = await repository({
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters,
    });
    const [one, two] = [await manifestOf(repositoryName, "1"), await manifestOf(repositoryName, "2")];
    for (const imageTag of ["v1", "dev-1"]) await ecr.putImage({ repositoryName, imageManifest: one, imageTag });
    const moved = ecr.putImage({ repositoryName, imageManifest: two, imageTag: "v1" });
    await refuses(moved, "ImageTagAlreadyExistsException", /'v1' already exists .* because the tag is immutable/, 400);
    await ecr.putImage({ repositoryName, imageManifest: two, imageTag: "dev-1" });
  });

  it("lets in whom IAM or the repository's own policy lets in", async () => {
    const repositoryName = await repository();
    const { credentials, roleArn } = await test.mintRole({
      Effect: "Allow",
      Action: "ecr:GetAuthorizationToken",
      Resource: "*",
    });
    const own = test.client(ECR, { credentials });
    const { authorizationData: [data] = [] } = await own.getAuthorizationToken({});
    assert.match(Buffer.from(data?.authorizationToken ?? "", "base64").toString(), /^AWS:.{20,}/);
    assert.equal(data?.proxyEndpoint, `https://${registryId}.dkr.ecr.us-east-1.amazonaws.com`);
    await refuses(own.listImages({ repositoryName }), "AccessDeniedException", /ecr:ListImages on resource: arn:/, 400);
    const Statement = [{ Effect: "Allow", Principal: { AWS: roleArn }, Action: ["ecr:ListImages"] }];
    const policyText = JSON.stringify({ Version: "2012-10-17", Statement });
    await ecr.setRepositoryPolicy({ repositoryName, policyText });
    assert.equal((await ecr.getRepositoryPolicy({ repositoryName })).policyText, policyText);
    assert.deepEqual((await own.listImages({ repositoryName })).imageIds, []);
    await refuses(own.describeImages({ repositoryName }), "AccessDeniedException", /ecr:DescribeImages/, 400);
    await ecr.deleteRepositoryPolicy({ repositoryName });
    await refuses(own.listImages({ repositoryName }), "AccessDeniedException", /ecr:ListImages/, 400);
  });

  it("keeps the registry's settings", async () => {
    assert.deepEqual((await ecr.getRegistryScanningConfiguration({})).scanningConfiguration, {
      scanType: "BASIC",
      rules: [],
    });
    await ecr.putRegistryScanningConfiguration({ scanType: "ENHANCED", rules: [] });
    assert.equal((await ecr.getRegistryScanningConfiguration({})).scanningConfiguration?.scanType, "ENHANCED");
    assert.equal((await ecr.getAccountSetting({ name: "BASIC_SCAN_TYPE_VERSION" })).value, "AWS_NATIVE");
    const wrong = ecr.putAccountSetting({ name: "REGISTRY_POLICY_SCOPE", value: "V3" });
    await refuses(wrong, "InvalidParameterException", /one of V2, V1/, 400);
    assert.deepEqual((await ecr.describeRegistry({})).replicationConfiguration, { rules: [] });
  });

  it("answers the AWS CLI", async function () {
    const name = ["--repository-name", "cli"];
    const made = await aws(test.origin, "ecr", "create-repository", ...name, "--query", "repository.repositoryName");
    if (made === undefined) return this.skip();
    assert.equal(made, "cli");
    assert.deepEqual(await aws(test.origin, "ecr", "list-images", ...name), { imageIds: [] });
    await assert.rejects(aws(test.origin, "ecr", "get-lifecycle-policy", ...name), /LifecyclePolicyNotFoundException/);
  });
});
