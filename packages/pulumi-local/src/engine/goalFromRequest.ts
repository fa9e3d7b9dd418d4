import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type aliasProto from "@pulumi/pulumi/proto/alias_pb.js";
import type resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import type { SourcePosition, StackTrace } from "@pulumi/pulumi/proto/source_pb.js";
import { type Goal, goal } from "./goal.ts";
import type { Properties } from "./provider.ts";
import { makeUrn, nameOf, qualifiedType, typeOf, urnOf } from "./urn.ts";
import { fromWire } from "./values.ts";

export interface Program {
  project: string;
  stack: string;
  /** Folder of Pulumi.yaml: positions are relative to it. */
  root: string;
  /** Folder of the program: paths of assets are relative to it. */
  directory: string;
}

/** Reads a registration, after its transforms have run. */
export function goalFromRequest(request: resourceProto.RegisterResourceRequest, program: Program): Goal {
  const { project, stack, root, directory } = program;
  const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
  const fromInputs = new Set<string>();
  const inputs = fromWire(request.getObject()?.toJavaScript() ?? {}, directory, fromInputs) as Properties;
  const provider = request.getProvider() || undefined;
  const propertyDependencies = Object.fromEntries(
    [...request.getPropertydependenciesMap().entries()].map(([key, urns]) => [key, urns.getUrnsList()]),
  );
  const dependencies = new Set([
    ...request.getDependenciesList(),
    ...Object.values(propertyDependencies).flat(),
    ...fromInputs,
    ...(parent ? [parent] : []),
    ...(provider ? [urnOf(provider)] : []),
  ]);
  const hooks = request.getHooks();
  const timeouts = request.getCustomtimeouts();
  return {
    urn: makeUrn(stack, project, parent || undefined, type, name),
    type,
    name,
    custom: request.getCustom(),
    remote: request.getRemote(),
    parent: parent || undefined,
    inputs,
    dependencies: [...dependencies].sort(),
    propertyDependencies,
    provider,
    providers: Object.fromEntries(request.getProvidersMap().entries()),
    aliases: aliasUrns(request, program),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    replaceWith: request.getReplaceWithList(),
    replacementTrigger: fromWire(request.getReplacementTrigger()?.toJavaScript(), directory),
    hideDiffs: request.getHidediffsList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deletedWith: request.getDeletedwith() || undefined,
    importId: request.getImportid() || undefined,
    customTimeouts: {
      ...(timeouts?.getCreate() && { create: timeouts.getCreate() }),
      ...(timeouts?.getUpdate() && { update: timeouts.getUpdate() }),
      ...(timeouts?.getDelete() && { delete: timeouts.getDelete() }),
    },
    hooks: {
      beforeCreate: hooks?.getBeforeCreateList() ?? [],
      afterCreate: hooks?.getAfterCreateList() ?? [],
      beforeUpdate: hooks?.getBeforeUpdateList() ?? [],
      afterUpdate: hooks?.getAfterUpdateList() ?? [],
      beforeDelete: hooks?.getBeforeDeleteList() ?? [],
      afterDelete: hooks?.getAfterDeleteList() ?? [],
      onError: hooks?.getOnErrorList() ?? [],
    },
    position: positionOf(request, root),
  };
}

/** Reads what `Resource.get` asks for. */
export function goalFromRead(request: resourceProto.ReadResourceRequest, program: Program): Goal {
  const { project, stack, root, directory } = program;
  const [type, name, parent] = [request.getType(), request.getName(), request.getParent() || undefined];
  return goal({
    urn: makeUrn(stack, project, parent, type, name),
    type,
    name,
    parent,
    inputs: fromWire(request.getProperties()?.toJavaScript() ?? {}, directory) as Properties,
    dependencies: [...request.getDependenciesList(), ...(parent ? [parent] : [])],
    provider: request.getProvider() || undefined,
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    position: positionOf(request, root),
  });
}

/** The aliases as the program gives them: whole URNs, or what was different in the former one. */
function aliasUrns(request: resourceProto.RegisterResourceRequest, program: Program): string[] {
  const [type, name, parent] = [request.getType(), request.getName(), request.getParent() || undefined];
  const fromSpec = (spec: aliasProto.Alias.Spec): string =>
    makeUrn(
      spec.getStack() || program.stack,
      spec.getProject() || program.project,
      spec.getNoparent() ? undefined : spec.getParenturn() || parent,
      spec.getType() || type,
      spec.getName() || name,
    );
  const given = request
    .getAliasesList()
    .map((alias) => (alias.hasSpec() ? fromSpec(alias.getSpec()!) : alias.getUrn()));
  return [...request.getAliasurnsList(), ...given];
}

/**
 * URNs that a child had when its parent had another name: each of the parent's aliases, with the child's own type and
 * name and with each of the child's own aliases below the same parent.
 * @param parents aliases of the parent.
 */
export function inheritedAliases(goal: Goal, parents: string[]): string[] {
  if (!goal.parent) return [];
  const currentParent = nameOf(goal.parent);
  const below = `${qualifiedType(goal.parent)}$`;
  const own = goal.aliases.filter((alias) => qualifiedType(alias) === `${below}${typeOf(alias)}`);
  return parents.flatMap((parent) =>
    [goal.urn, ...own].map((urn) => {
      const name = nameOf(urn);
      // A child that is named after its parent was named after the parent's former name.
      const former = name.startsWith(currentParent) ? nameOf(parent) + name.slice(currentParent.length) : name;
      const [stack, project] = parent.slice("urn:pulumi:".length).split("::") as [string, string];
      return makeUrn(stack, project, parent, typeOf(urn), former);
    }),
  );
}

interface Located {
  getSourceposition(): SourcePosition | undefined;
  getStacktrace(): StackTrace | undefined;
}

/**
 * The program's own line that asks, `index.ts:12`: the first in its stack that is not a package's. None where the SDK
 * knows none: of an ES module's code outside of functions it does not.
 */
export function positionOf(request: Located, root: string): string | undefined {
  const frames = request.getStacktrace()?.getFramesList() ?? [];
  const positions = [request.getSourceposition(), ...frames.map((frame) => frame.getPc())];
  const lines = positions.flatMap((position) => {
    const uri = position?.getUri();
    return uri ? [`${relative(root, pathOf(uri))}:${position?.getLine()}`] : [];
  });
  return lines.find((line) => !/^\.\.\/|(^|\/)node_modules\//.test(line));
}

/** The SDK takes an ES module's URL for a path, and makes a URL of it once more. */
const pathOf = (uri: string): string => fileURLToPath(uri).replace(/^.*\/file:(?=\/)/, "");
