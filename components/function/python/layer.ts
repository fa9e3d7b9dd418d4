import type { Rule } from "../../validation.ts";
import { keep } from "../cache.ts";
import { archive, existing, installed, type Made, remembered, sizeOf, sourcesOf, zipName, zipOf } from "./archive.ts";
import { requireNames } from "./check.ts";
import { runtime } from "./interpreter.ts";
import { hashOf } from "./sources.ts";

/** Where a layer's files are unpacked, below `/opt`. https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html */
const layerFolder = "python/";

/** What is in a layer. */
export interface LayerContent {
  /** What the layer has installed: a file for pip, or a `pyproject.toml` with a `uv.lock` beside it. */
  requirements?: string | undefined;
  /** Folders of the program. */
  include?: string[] | undefined;
}

/** What can be wrong with a layer's content. */
export function layerRules(content: LayerContent): Rule[] {
  const found = packedLayer(content);
  return "problem" in found ? [found.problem] : [];
}

/** The zip file of a layer that its rules allow, and its size in bytes when it is unpacked. */
export function layerPackage(content: LayerContent): { path: string; size: number } {
  const path = zipOf(packedLayer(content));
  return { path, size: sizeOf(path) };
}

const packedLayer = ({ requirements, include }: LayerContent): Made =>
  remembered(JSON.stringify(["layer", requirements, include]), () => {
    const sources = sourcesOf(include ?? []);
    const packages = installed(requirements && existing(requirements));
    const name = hashOf("2", runtime, "layer", packages?.id ?? "", sources.files);
    return keep("python/layers", name, () => {
      const [first, ...others] = sources.modules;
      if (first) requireNames(first, [], others, "include");
      const below = new Map([...sources.files].map(([path, content]) => [layerFolder + path, content]));
      return [{ name: zipName, contents: archive(below, packages, layerFolder) }];
    });
  });
