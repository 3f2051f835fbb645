// GitHub's own JavaScript client sets up a release path, unchanged but for its base address.
import { Octokit, RequestError } from "octokit";
import sodium from "libsodium-wrappers";

const baseUrl = process.env.SANDBOX_URL;
const as = (auth) => new Octokit({ auth, baseUrl, throttle: { enabled: false } });
const octokit = as(process.env.SANDBOX_TOKEN);
const reviewer = as(process.env.SANDBOX_REVIEWER);
const where = { owner: "acme", repo: "gadget" };
const told = {};

async function sealed(value, key) {
  await sodium.ready;
  const to = sodium.from_base64(key.key, sodium.base64_variants.ORIGINAL);
  const box = sodium.crypto_box_seal(sodium.from_string(value), to);
  return { encrypted_value: sodium.to_base64(box, sodium.base64_variants.ORIGINAL), key_id: key.key_id };
}

const { rest } = octokit;
await rest.repos.createInOrg({ org: "acme", name: "gadget", private: true, auto_init: true });
await rest.teams.create({ org: "acme", name: "Releasers", privacy: "closed" });
await rest.teams.addOrUpdateMembershipForUserInOrg({ org: "acme", team_slug: "releasers", username: "ben" });
await rest.teams.addOrUpdateRepoPermissionsInOrg({ org: "acme", team_slug: "releasers", ...where, permission: "push" });
const team = (await rest.teams.getByName({ org: "acme", team_slug: "releasers" })).data;

const content = Buffer.from("print('hello')\n").toString("base64");
await rest.repos.createOrUpdateFileContents({ ...where, path: "src/a.py", message: "add", content });
const main = (await rest.git.getRef({ ...where, ref: "heads/main" })).data.object.sha;
await rest.git.createRef({ ...where, ref: "refs/heads/change", sha: main });
const more = Buffer.from("print('more')\n").toString("base64");
await rest.repos.createOrUpdateFileContents({ ...where, path: "src/b.py", message: "more", content: more, branch: "change" });
const workflow = Buffer.from("on: {push: {tags: ['v*']}}\njobs: {publish: {runs-on: ubuntu-latest, environment: pypi-release, steps: []}}\n").toString("base64");
await rest.repos.createOrUpdateFileContents({ ...where, path: ".github/workflows/release.yml", message: "release", content: workflow, branch: "change" });
const pull = (await rest.pulls.create({ ...where, title: "more", head: "change", base: "main" })).data;
told.pull = [pull.number, pull.mergeable_state];

await rest.repos.createRepoRuleset({
  ...where,
  name: "main",
  enforcement: "active",
  conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
  rules: [
    { type: "deletion" },
    {
      type: "pull_request",
      parameters: {
        dismiss_stale_reviews_on_push: true,
        require_code_owner_review: false,
        require_last_push_approval: false,
        required_approving_review_count: 1,
        required_review_thread_resolution: false,
      },
    },
  ],
});
try {
  await rest.pulls.merge({ ...where, pull_number: pull.number });
} catch (error) {
  told.merge = [error instanceof RequestError, error.status];
}

await rest.repos.createOrUpdateEnvironment({
  ...where,
  environment_name: "pypi-release",
  prevent_self_review: true,
  reviewers: [{ type: "Team", id: team.id }],
  deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
});
await rest.repos.createDeploymentBranchPolicy({ ...where, environment_name: "pypi-release", name: "v*", type: "tag" });

await reviewer.rest.pulls.createReview({ ...where, pull_number: pull.number, event: "APPROVE" });
const merged = (await rest.pulls.merge({ ...where, pull_number: pull.number })).data;
told.merged = merged.merged;

await rest.git.createRef({ ...where, ref: "refs/tags/v1.0.0", sha: merged.sha });
const [run] = (await rest.actions.listWorkflowRunsForRepo({ ...where, event: "push" })).data.workflow_runs;
const inRun = { ...where, run_id: run.id };
const waiting = (await reviewer.rest.actions.getPendingDeploymentsForRun(inRun)).data.map((each) => each.environment);
told.run = [run.status, waiting.map((each) => each.name)];
await reviewer.rest.actions.reviewPendingDeploymentsForRun({ ...inRun, environment_ids: waiting.map((each) => each.id), state: "approved", comment: "fine" });
told.run.push((await rest.actions.getWorkflowRun(inRun)).data.conclusion, (await rest.actions.getReviewsForRun(inRun)).data.map((each) => each.user.login));

const inEnvironment = { ...where, environment_name: "pypi-release" };
const environmentKey = (await rest.actions.getEnvironmentPublicKey(inEnvironment)).data;
await rest.actions.createOrUpdateEnvironmentSecret({ ...inEnvironment, secret_name: "TOKEN", ...(await sealed("canary-octokit", environmentKey)) });
const orgKey = (await rest.actions.getOrgPublicKey({ org: "acme" })).data;
await rest.actions.createOrUpdateOrgSecret({
  org: "acme",
  secret_name: "SHARED",
  visibility: "selected",
  selected_repository_ids: [(await rest.repos.get(where)).data.id],
  ...(await sealed("canary-shared", orgKey)),
});
await rest.actions.createRepoVariable({ ...where, name: "LEVEL", value: "1" });

told.repositories = (await octokit.paginate(rest.repos.listForOrg, { org: "acme", per_page: 1 })).map((each) => each.name).sort();
told.environments = (await rest.repos.getAllEnvironments(where)).data.environments.map((each) => [each.name, each.protection_rules.map((rule) => rule.type)]);
told.secrets = (await octokit.paginate(rest.actions.listEnvironmentSecrets, inEnvironment)).map((each) => each.name);
told.rules = (await rest.repos.getBranchRules({ ...where, branch: "main" })).data.map((rule) => rule.type).sort();
told.graphql = (await octokit.graphql(`query($org: String!) { organization(login: $org) { login teams(first: 10) { nodes { slug } } } }`, { org: "acme" })).organization;
try {
  await rest.repos.get({ owner: "acme", repo: "nowhere" });
} catch (error) {
  told.missing = error.status;
}
console.log(JSON.stringify(told));
