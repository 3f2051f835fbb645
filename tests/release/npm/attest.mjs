// What actions/attest does with its library: sign a statement about files, store it, write the bundle.
// Arguments: the folder of node_modules, the file for the bundle, and the files. The environment
// has the predicate: SBOM_PATH, or none for the build's provenance.
import { createHash } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const [modules, bundle, ...files] = process.argv.slice(2);
const { attest, buildSLSAProvenancePredicate } = await import(
  join(modules, "@actions/attest/lib/index.js")
);

async function issuer() {
  const answer = await fetch(`${process.env.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=nobody`, {
    headers: { authorization: `bearer ${process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}` },
  });
  const [, claims] = (await answer.json()).value.split(".");
  return JSON.parse(Buffer.from(claims, "base64url")).iss;
}

const digests = new Map(
  files.map((file) => [createHash("sha256").update(readFileSync(file)).digest("hex"), file]),
);
const subjects = [...digests].map(([sha256, file]) => ({
  name: basename(file),
  digest: { sha256 },
}));
// the action takes a list for CycloneDX only if it has these fields
function listOf(path) {
  const list = JSON.parse(readFileSync(path, "utf8"));
  if (!list.bomFormat || !list.serialNumber || !list.specVersion) {
    throw new Error("Unsupported SBOM format");
  }
  return list;
}

const predicate = process.env.SBOM_PATH
  ? {
      type: "https://cyclonedx.org/bom",
      params: listOf(process.env.SBOM_PATH),
    }
  : await buildSLSAProvenancePredicate(await issuer());
const made = await attest({
  subjects,
  predicateType: predicate.type,
  predicate: predicate.params,
  sigstore: "public-good",
  token: process.env.TOKEN,
});
appendFileSync(bundle, `${JSON.stringify(made.bundle)}\n`);
appendFileSync(process.env.GITHUB_OUTPUT, `attestation-id=${made.attestationID}\n`);
