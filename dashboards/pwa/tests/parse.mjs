// What three's LDrawLoader makes of LDraw files: `node parse.mjs [--parts-first] model.mpd ...`
// prints a JSON array. With --parts-first, one brick of every kind is parsed before the model: the
// loader computes the geometry of a part again for each brick unless it knows it from before.
// Coordinates are LDU, y down, as in the file: a viewer turns the model by `rotation.x = Math.PI`.
import { readFileSync } from 'node:fs';
import { Box3, SRGBColorSpace, Vector3 } from 'three';
import { LDrawLoader } from 'three/addons/loaders/LDrawLoader.js';
import { LDrawConditionalLineMaterial } from 'three/addons/materials/LDrawConditionalLineMaterial.js';

/** Warnings of three, and requests for parts that the file lacks, are faults of the file. */
const complaints = [];
console.warn = (...words) => complaints.push(words.join(' '));
console.error = console.warn;
globalThis.fetch = async (address) => {
  complaints.push(`asked for ${address.url ?? address}`);
  return new Response('', { status: 404 });
};

const parseWith = (loader, text) =>
  new Promise((resolve, reject) => loader.parse(text, resolve, reject));

/** The same packed file with the first brick of every kind alone. */
function firstOfEachPart(text) {
  const seen = new Set();
  const end = text.indexOf('0 NOFILE');
  const isFirst = (line) => {
    const part = line.slice(line.lastIndexOf(' ') + 1);
    return !line.startsWith('1 ') || (!seen.has(part) && seen.add(part));
  };
  return text.slice(0, end).split('\n').filter(isFirst).join('\n') + text.slice(end);
}

async function parse(text, partsFirst) {
  const loader = new LDrawLoader();
  loader.setConditionalLineMaterial(LDrawConditionalLineMaterial);
  loader.addDefaultMaterials();
  loader.setPartsLibraryPath('https://parts.invalid/'); // nobody is asked: see fetch above
  if (partsFirst) await parseWith(loader, firstOfEachPart(text));
  return parseWith(loader, text);
}

const corners = (object) => {
  const box = new Box3().setFromObject(object, true);
  return [...box.min.toArray(), ...box.max.toArray()];
};

const materialsOf = (object) => [object.material].flat();

const trianglesOf = (mesh) => mesh.geometry.attributes.position.count / 3;

/** Signed, in LDU, in the part's own coordinates: positive where it is right side out. */
function volumeOf(mesh) {
  const { position } = mesh.geometry.attributes;
  const [a, b, c] = [0, 1, 2].map(() => new Vector3());
  let total = 0;
  for (let k = 0; k < position.count; k += 3) {
    [a, b, c].forEach((corner, n) => corner.fromBufferAttribute(position, k + n));
    total += a.dot(b.cross(c)) / 6;
  }
  return total;
}

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

function describePart(group) {
  const meshes = group.children.filter((child) => child.isMesh);
  const lines = group.children.filter((child) => child.isLineSegments);
  const hex = (objects) => objects.flatMap(materialsOf).map((m) => m.color.getHex(SRGBColorSpace));
  return {
    name: group.name,
    step: group.userData.buildingStep,
    box: corners(group),
    objects: group.children.length,
    triangles: sum(meshes.map(trianglesOf)),
    volume: sum(meshes.map(volumeOf)),
    colors: hex(meshes),
    edges: hex(lines.filter((line) => !line.isConditionalLine)),
    outlines: lines.filter((line) => line.isConditionalLine).length,
  };
}

function describe(file, root, milliseconds) {
  const parts = root.children.map(describePart);
  const drawn = [];
  root.traverse((object) => object.geometry && drawn.push(object));
  const materials = drawn.flatMap(materialsOf).map((material) => [material.uuid, material.name]);
  return {
    file,
    milliseconds,
    triangles: sum(parts.map((part) => part.triangles)),
    steps: root.userData.numBuildingSteps,
    box: parts.length ? corners(root) : null,
    geometries: new Set(drawn.map((object) => object.geometry.uuid)).size,
    materials: [...new Map(materials).values()],
    parts,
  };
}

const words = process.argv.slice(2);
const partsFirst = words[0] === '--parts-first';
const results = [];
for (const file of partsFirst ? words.slice(1) : words) {
  const text = readFileSync(file, 'utf8');
  complaints.length = 0;
  const start = performance.now();
  try {
    const root = await parse(text, partsFirst);
    results.push(describe(file, root, performance.now() - start));
  } catch (error) {
    complaints.push(String(error));
    results.push({ file });
  }
  results.at(-1).complaints = [...complaints];
}
process.stdout.write(`${JSON.stringify(results)}\n`);
