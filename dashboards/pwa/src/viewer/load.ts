/** A packed LDraw file as bricks for three.js: one mesh per kind and colour, edges in one piece. */

import {
  BufferAttribute,
  BufferGeometry,
  type Group,
  InstancedMesh,
  LineSegments,
  type Material,
  Matrix4,
  Mesh,
  type MeshStandardMaterial,
  type Object3D,
  Vector3,
} from "three";
import { LDrawLoader } from "three/examples/jsm/loaders/LDrawLoader.js";
import { LDrawConditionalLineMaterial } from "three/examples/jsm/materials/LDrawConditionalLineMaterial.js";

/** Bricks of one kind and colour; instance `i` is brick `bricks[i]`, in building order. */
export interface Kind {
  mesh: InstancedMesh;
  bricks: number[];
  material: MeshStandardMaterial;
  /** Bricks that fail are kept apart, to be painted otherwise. */
  failing: boolean;
}

/** Lines of all bricks in building order; brick `i` ends before vertex `ends[i]`. */
export interface Edges {
  lines: LineSegments;
  ends: number[];
}

export interface LoadedModel {
  kinds: Kind[];
  edges: Edges[];
  count: number;
}

/**
 * Read a packed file (three's own conventions: y up, 20 units a stud).
 *
 * Args:
 *   failing: bricks by index.
 */
export async function loadModel(
  text: string,
  failing: ReadonlySet<number> = new Set(),
): Promise<LoadedModel> {
  const loader = new LDrawLoader();
  loader.setConditionalLineMaterial(LDrawConditionalLineMaterial);
  loader.addDefaultMaterials();
  const root = await new Promise<Group>((resolve, reject) => loader.parse(text, resolve, reject));
  root.rotation.x = Math.PI; // LDraw's y points down
  root.updateMatrixWorld(true);
  // "Part" of the official library, "Unofficial_Part" of anybody else.
  const bricks = root.children.filter((child) => /Part$/.test(String(child.userData.type)));
  return { kinds: kindsOf(bricks, failing), edges: edgesOf(bricks), count: bricks.length };
}

function partsOf<T extends Object3D>(brick: Object3D, is: (part: Object3D) => part is T): T[] {
  const found: T[] = [];
  brick.traverse((part) => {
    if (is(part)) found.push(part);
  });
  return found;
}

const isMesh = (part: Object3D): part is Solid => part instanceof Mesh;
const isLines = (part: Object3D): part is LineSegments<BufferGeometry, Material> =>
  part instanceof LineSegments;

type Solid = Mesh<BufferGeometry, MeshStandardMaterial>;

function kindsOf(bricks: Object3D[], failing: ReadonlySet<number>): Kind[] {
  const groups = new Map<string, { parts: Solid[]; of: number[] }>();
  bricks.forEach((brick, index) => {
    for (const part of partsOf(brick, isMesh)) {
      const key = `${part.geometry.uuid} ${part.material.uuid} ${failing.has(index)}`;
      const group = groups.get(key) ?? { parts: [], of: [] };
      group.parts.push(part);
      group.of.push(index);
      groups.set(key, group);
    }
  });
  return [...groups.values()].map(({ parts, of }) => {
    const { geometry, material } = parts[0] as Solid;
    const mesh = new InstancedMesh(geometry, material, parts.length);
    parts.forEach((part, place) => mesh.setMatrixAt(place, part.matrixWorld));
    mesh.computeBoundingSphere();
    mesh.castShadow = mesh.receiveShadow = true;
    return { mesh, bricks: of, material, failing: failing.has(of[0] ?? -1) };
  });
}

/** Places follow the brick; `direction` is a difference of two of them and turns with it alone. */
const MOVED = ["position", "control0", "control1"];

interface LineGroup {
  material: Material;
  attributes: Map<string, number[]>;
  ends: number[];
}

function edgesOf(bricks: Object3D[]): Edges[] {
  const groups = new Map<string, LineGroup>();
  const vector = new Vector3();
  const turn = new Matrix4();
  bricks.forEach((brick, index) => {
    for (const part of partsOf(brick, isLines)) {
      const group = groups.get(part.material.uuid) ?? {
        material: part.material,
        attributes: new Map<string, number[]>(),
        ends: [],
      };
      groups.set(part.material.uuid, group);
      turn.extractRotation(part.matrixWorld);
      for (const [name, attribute] of Object.entries(part.geometry.attributes)) {
        const values = group.attributes.get(name) ?? [];
        group.attributes.set(name, values);
        const matrix = MOVED.includes(name) ? part.matrixWorld : turn;
        for (let i = 0; i < attribute.count; i++) {
          vector.fromBufferAttribute(attribute as BufferAttribute, i).applyMatrix4(matrix);
          values.push(vector.x, vector.y, vector.z);
        }
      }
      group.ends[index] = (group.attributes.get("position") as number[]).length / 3;
    }
  });
  return [...groups.values()].map(({ material, attributes, ends }) => {
    const geometry = new BufferGeometry();
    for (const [name, values] of attributes) {
      geometry.setAttribute(name, new BufferAttribute(new Float32Array(values), 3));
    }
    // A brick without lines of this material ends where the one before it does.
    let last = 0;
    const filled = bricks.map((_, index) => (last = ends[index] ?? last));
    return { lines: new LineSegments(geometry, material), ends: filled };
  });
}
