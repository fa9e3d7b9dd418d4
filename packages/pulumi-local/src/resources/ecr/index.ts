/** Repositories and images of ECR, and the components of awsx that make them. */
import type { ServiceResources } from "../resourceType.ts";
import { repositoryComponent } from "./components.ts";
import { ecrFunctions } from "./functions.ts";
import { image, imageComponent } from "./images.ts";
import { lifecyclePolicy, repository, repositoryPolicy } from "./repositories.ts";

export const ecrResources: ServiceResources = (cloud) => ({
  types: [repository(cloud), lifecyclePolicy(cloud), repositoryPolicy(cloud), image(cloud)],
  invokes: ecrFunctions(cloud),
  components: { "awsx:ecr:Repository": repositoryComponent, "awsx:ecr:Image": imageComponent },
});
