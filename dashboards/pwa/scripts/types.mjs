/** Write src/api/schema.ts from openapi.json: the service's documents as types, its limits as values. */
import { readFileSync, writeFileSync } from "node:fs";

const at = (path) => new URL(`../${path}`, import.meta.url);
const { schemas } = JSON.parse(readFileSync(at("openapi.json"), "utf8")).components;

function type(schema) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.anyOf) return schema.anyOf.map(type).join(" | ");
  if (schema.prefixItems) return `[${schema.prefixItems.map(type).join(", ")}]`;
  switch (schema.type) {
    case "string":
      return "string";
    case "boolean":
      return "boolean";
    case "null":
      return "null";
    case "integer":
    case "number":
      return "number";
    case "array":
      return `(${type(schema.items)})[]`;
    case "object":
      return schema.properties ? members(schema) : `Record<string, ${valueType(schema)}>`;
    default:
      return "unknown";
  }
}

function valueType(schema) {
  return typeof schema.additionalProperties === "object" ? type(schema.additionalProperties) : "unknown";
}

function members(schema) {
  const required = new Set(schema.required ?? []);
  const lines = Object.entries(schema.properties).map(([name, member]) => {
    const words = member.description ? `  /** ${member.description} */\n` : "";
    return `${words}  ${name}${required.has(name) ? "" : "?"}: ${type(member)};`;
  });
  if (schema.additionalProperties === true) lines.push("  [member: string]: unknown;");
  return `{\n${lines.join("\n")}\n}`;
}

function declaration([name, schema]) {
  const words = schema.description ? `/** ${schema.description} */\n` : "";
  return `${words}export type ${name} = ${type(schema)};\n`;
}

/** What the service takes when nothing is said, and how far each number may go. */
function limits({ properties }) {
  const kept = [
    ...["default", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
    ...["maxLength", "maxProperties"],
  ];
  const entries = Object.entries(properties).map(([name, schema]) => {
    const facts = Object.assign({}, schema, ...(schema.anyOf ?? []));
    return [name, Object.fromEntries(kept.filter((key) => key in facts).map((key) => [key, facts[key]]))];
  });
  return `export const generateLimits = ${JSON.stringify(Object.fromEntries(entries), null, 2)} as const;\n`;
}

const text = [
  "/** Made from openapi.json by `npm run types`; not edited by hand. */\n",
  ...Object.entries(schemas).map(declaration),
  "/** Defaults and limits of GenerateRequest. */",
  limits(schemas.GenerateRequest),
].join("\n");
if (process.argv.includes("--check")) {
  process.exit(readFileSync(at("src/api/schema.ts"), "utf8") === text ? 0 : 1);
}
writeFileSync(at("src/api/schema.ts"), text);
