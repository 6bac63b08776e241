/** Where the camera stands so that a model fills the view. */

import { type Box3, type PerspectiveCamera, Vector3 } from "three";

/** Towards the eye, as in the service's pictures: from the front right and a little above. */
const EYE = new Vector3(0.5, 0.47, 0.78).normalize();
const ROOM = 1.1;

/** Place `camera` so that it sees all of `box` from the usual side; its aspect must be set. */
export function frame(camera: PerspectiveCamera, box: Box3): void {
  const center = box.getCenter(new Vector3());
  camera.position.copy(center).add(EYE);
  camera.lookAt(center);
  camera.updateMatrixWorld();
  const tall = Math.tan((camera.fov * Math.PI) / 360) / ROOM;
  const wide = tall * camera.aspect;
  let distance = 0;
  for (let corner = 0; corner < 8; corner++) {
    const place = new Vector3(
      corner & 1 ? box.max.x : box.min.x,
      corner & 2 ? box.max.y : box.min.y,
      corner & 4 ? box.max.z : box.min.z,
    ).applyMatrix4(camera.matrixWorldInverse);
    const nearer = place.z + 1; // how much nearer to the eye than the centre
    distance = Math.max(
      distance,
      Math.abs(place.x) / wide + nearer,
      Math.abs(place.y) / tall + nearer,
    );
  }
  camera.position.copy(center).addScaledVector(EYE, distance);
  camera.near = distance / 20;
  camera.far = distance * 8;
  camera.updateProjectionMatrix();
}
