/** The 3-D view of one model: drawn when something changes, never in between. */

import {
  AmbientLight,
  Box3,
  BoxGeometry,
  Color,
  DirectionalLight,
  EdgesGeometry,
  HemisphereLight,
  LineBasicMaterial,
  LineSegments,
  Mesh,
  MeshStandardMaterial,
  PCFShadowMap,
  PerspectiveCamera,
  PlaneGeometry,
  Raycaster,
  Scene,
  ShadowMaterial,
  SRGBColorSpace,
  Vector2,
  Vector3,
  WebGLRenderer,
} from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import type { Brick } from "../bricks/brick";
import { rampOf } from "../bricks/colors";
import { frame } from "./framing";
import { hatchedMaterial } from "./hatching";
import type { LoadedModel } from "./load";

const STUD = 20;
const LAYER = 24;
const SUN = new Vector3(0.3, 0.88, 0.74);
const TURN = 0.2; // radians a key press

export interface View {
  show(visible: number): void;
  select(brick: number | null): void;
  paint(byLoad: boolean): void;
  resize(width: number, height: number): void;
  /** The brick at a place of the canvas, in CSS pixels; null when there is none. */
  brickAt(x: number, y: number): number | null;
  turn(across: number, up: number): void;
  dispose(): void;
}

/**
 * Show a model on a canvas.
 *
 * Args:
 *   scores: per brick, 0 unloaded to 1 fails; empty when nobody computed them.
 *
 * Throws an Error when the browser gives no WebGL context.
 */
export function showModel(
  canvas: HTMLCanvasElement,
  model: LoadedModel,
  bricks: readonly Brick[],
  scores: readonly number[],
): View {
  const renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
  renderer.setPixelRatio(Math.min(window.devicePixelRatio, 2));
  renderer.shadowMap.enabled = true;
  renderer.shadowMap.type = PCFShadowMap;
  renderer.shadowMap.autoUpdate = false;

  const scene = new Scene();
  const camera = new PerspectiveCamera(22, 1, 1, 5000);
  const hatched = hatchedMaterial();
  const white = new MeshStandardMaterial({ roughness: 0.7 });

  for (const { mesh, material } of model.kinds) {
    material.roughness = 0.55;
    scene.add(mesh);
  }
  const edgeColors = model.edges.map(({ lines }) => {
    const material = lines.material as LineBasicMaterial;
    Object.assign(material, { transparent: true, opacity: 0.55 });
    lines.frustumCulled = false;
    scene.add(lines);
    return { material, color: material.color.getHex() };
  });
  const box = new Box3().setFromObject(scene);
  addLight(scene, box);
  const outline = outlineOf();
  scene.add(outline);

  const controls = new OrbitControls(camera, canvas);
  controls.maxPolarAngle = Math.PI * 0.62;
  box.getCenter(controls.target);

  let waiting = 0;
  const draw = () => {
    waiting = 0;
    renderer.render(scene, camera);
  };
  const redraw = () => {
    waiting ||= requestAnimationFrame(draw);
  };
  controls.addEventListener("change", redraw);

  let visible = model.count;
  let framed = false;
  const caster = new Raycaster();

  const show = (count: number) => {
    visible = count;
    for (const { mesh, bricks: of } of model.kinds) {
      mesh.count = of.filter((brick) => brick < count).length;
    }
    for (const { lines, ends } of model.edges) {
      lines.geometry.setDrawRange(0, count > 0 ? (ends[count - 1] ?? 0) : 0);
    }
    renderer.shadowMap.needsUpdate = true;
    redraw();
  };
  const select = (brick: number | null) => {
    const chosen = brick === null || brick >= visible ? undefined : bricks[brick];
    outline.visible = chosen !== undefined;
    if (chosen) placeOutline(outline, chosen);
    redraw();
  };
  const paint = (byLoad: boolean) => {
    edgeColors.forEach(({ material, color }) => material.color.set(byLoad ? PALE : color));
    for (const { mesh, bricks: of, material, failing } of model.kinds) {
      mesh.material = failing ? hatched : byLoad ? white : material;
      of.forEach((brick, place) => {
        const [red, green, blue] = byLoad && !failing ? rampOf(scores[brick] ?? 0) : [255, 255, 255];
        mesh.setColorAt(place, COLOR.setRGB(red / 255, green / 255, blue / 255, SRGBColorSpace));
      });
      if (mesh.instanceColor) mesh.instanceColor.needsUpdate = true;
    }
    redraw();
  };
  const resize = (width: number, height: number) => {
    renderer.setSize(width, height, false);
    camera.aspect = width / height;
    if (framed) camera.updateProjectionMatrix();
    else frame(camera, box);
    framed = true;
    controls.minDistance = camera.position.distanceTo(controls.target) / 6;
    controls.maxDistance = camera.far / 4;
    controls.update();
    draw();
  };
  const brickAt = (x: number, y: number): number | null => {
    const { clientWidth, clientHeight } = canvas;
    const at = new Vector2((x / clientWidth) * 2 - 1, 1 - (y / clientHeight) * 2);
    caster.setFromCamera(at, camera);
    const [hit] = caster.intersectObjects(model.kinds.map(({ mesh }) => mesh));
    const kind = model.kinds.find(({ mesh }) => mesh === hit?.object);
    return hit?.instanceId === undefined ? null : (kind?.bricks[hit.instanceId] ?? null);
  };
  const turn = (across: number, up: number) => {
    const arm = camera.position.clone().sub(controls.target);
    arm.applyAxisAngle(Y, across * TURN);
    const sideways = new Vector3().crossVectors(Y, arm).normalize();
    arm.applyAxisAngle(sideways, -up * TURN);
    camera.position.copy(controls.target).add(arm);
    controls.update();
  };
  const dispose = () => {
    cancelAnimationFrame(waiting);
    controls.dispose();
    renderer.dispose();
  };
  paint(false);
  show(model.count);
  return { show, select, paint, resize, brickAt, turn, dispose };
}

const COLOR = new Color();
const PALE = 0xb8c4d0; // edges on dark bricks
const Y = new Vector3(0, 1, 0);

/** Sky, sun and a ground that shows nothing but shadow. */
function addLight(scene: Scene, box: Box3): void {
  const size = box.getSize(new Vector3()).length();
  const center = box.getCenter(new Vector3());
  const sun = new DirectionalLight(0xffffff, 2.3);
  sun.position.copy(center).addScaledVector(SUN, size);
  sun.target.position.copy(center);
  sun.castShadow = true;
  sun.shadow.mapSize.set(1024, 1024);
  sun.shadow.normalBias = 0.6;
  sun.shadow.radius = 5;
  Object.assign(sun.shadow.camera, {
    left: -size,
    right: size,
    top: size,
    bottom: -size,
    near: size * 0.1,
    far: size * 3,
  });
  const ground = new Mesh(
    new PlaneGeometry(size * 8, size * 8).rotateX(-Math.PI / 2),
    new ShadowMaterial({ opacity: 0.14 }),
  );
  ground.position.set(center.x, box.min.y - 0.1, center.z);
  ground.receiveShadow = true;
  scene.add(new HemisphereLight(0xffffff, 0xb8b0a4, 1.7), new AmbientLight(0xffffff, 0.45));
  scene.add(sun, sun.target, ground);
}

/** A frame for the brick that was tapped, seen through the others. */
function outlineOf(): LineSegments {
  const lines = new LineSegments(
    new EdgesGeometry(new BoxGeometry(1, 1, 1)),
    new LineBasicMaterial({ color: 0xfac80a, depthTest: false }),
  );
  lines.renderOrder = 1;
  lines.visible = false;
  return lines;
}

function placeOutline(outline: LineSegments, { h, w, x, y, z }: Brick): void {
  outline.scale.set(h * STUD + 0.6, LAYER + 0.6, w * STUD + 0.6);
  outline.position.set((x + h / 2) * STUD, (z - 0.5) * LAYER, -(y + w / 2) * STUD);
}
