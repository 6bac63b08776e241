/** A material with red stripes across the screen: bricks that fail, never by colour alone. */

import { MeshStandardMaterial } from "three";

const STRIPES = `
  #include <color_fragment>
  float stripe = step(0.5, fract((gl_FragCoord.x + gl_FragCoord.y) / 14.0));
  diffuseColor.rgb = mix(vec3(0.96, 0.83, 0.80), vec3(0.46, 0.0, 0.0), stripe);
`;

export function hatchedMaterial(): MeshStandardMaterial {
  const material = new MeshStandardMaterial({ roughness: 0.6 });
  material.onBeforeCompile = (shader) => {
    shader.fragmentShader = shader.fragmentShader.replace("#include <color_fragment>", STRIPES);
  };
  return material;
}
