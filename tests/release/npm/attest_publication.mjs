// What gh-action-pypi-publish does before an upload: an attestation beside each file (PEP 740).
// Arguments: the folder of node_modules, and the files.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const [modules, ...files] = process.argv.slice(2);
const { attest } = await import(join(modules, "@actions/attest/lib/index.js"));

for (const file of files) {
  const sha256 = createHash("sha256").update(readFileSync(file)).digest("hex");
  const { bundle } = await attest({
    subjects: [{ name: basename(file), digest: { sha256 } }],
    predicateType: "https://docs.pypi.org/attestations/publish/v1",
    predicate: null,
    sigstore: "public-good",
    skipWrite: true,
  });
  const attestation = {
    version: 1,
    verification_material: {
      certificate: bundle.verificationMaterial.certificate.rawBytes,
      transparency_entries: bundle.verificationMaterial.tlogEntries,
    },
    envelope: {
      statement: bundle.dsseEnvelope.payload,
      signature: bundle.dsseEnvelope.signatures[0].sig,
    },
  };
  writeFileSync(`${file}.publish.attestation`, JSON.stringify(attestation));
}
