// What `gh attestation verify FILE --bundle BUNDLE` decides, with another trusted root. Arguments:
// the folder of node_modules, the file of the trusted root, and those of gh.
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

const [modules, root, , , ...given] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { bundleFromJSON } = require("@sigstore/bundle");
const { TrustedRoot } = require("@sigstore/protobuf-specs");
const { Verifier, toSignedEntity, toTrustMaterial } = require("@sigstore/verify");

const text = { type: "string" };
const { values, positionals } = parseArgs({
  args: given,
  allowPositionals: true,
  options: { bundle: text, repo: text, "cert-identity": text, "predicate-type": text },
});
const SOURCE = [1, 3, 6, 1, 4, 1, 57264, 1, 12];
const repository = Buffer.from(`https://github.com/${values.repo}`);
const policy = {
  subjectAlternativeName: values["cert-identity"],
  extensions: { issuer: "https://token.actions.githubusercontent.com" },
  oids: [
    { oid: { id: SOURCE }, value: Buffer.concat([Buffer.from([12, repository.length]), repository]) },
  ],
};
const type = values["predicate-type"] ?? "https://slsa.dev/provenance/v1";
const trust = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(readFileSync(root, "utf8"))));
// no certificate of the tests is in a log of certificates
const verifier = new Verifier(trust, { ctlogThreshold: 0 });
const wanted = createHash("sha256").update(readFileSync(positionals[0])).digest("hex");

const reasons = [];
for (const line of readFileSync(values.bundle, "utf8").trim().split("\n")) {
  try {
    const bundle = bundleFromJSON(JSON.parse(line));
    verifier.verify(toSignedEntity(bundle), policy);
    const statement = JSON.parse(bundle.content.dsseEnvelope.payload);
    if (statement.predicateType !== type) throw new Error(`it is a ${statement.predicateType}`);
    if (!statement.subject.some((each) => each.digest.sha256 === wanted)) {
      throw new Error("it is about other files");
    }
    console.log(`verified: ${positionals[0]}`);
    process.exit(0);
  } catch (error) {
    reasons.push(error.message);
  }
}
console.error(`no attestation verifies ${positionals[0]}: ${reasons.join("; ")}`);
process.exit(1);
