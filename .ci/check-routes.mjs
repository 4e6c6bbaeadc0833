// Checks route files against the editor's schema: node check-routes.mjs SCHEMA FILE...
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { parse } from 'yaml';

const [schema, ...files] = process.argv.slice(2);
const validate = new Ajv({ strict: false, validateFormats: false }).compile(JSON.parse(readFileSync(schema)));
const faulty = files.filter((file) => !validate(parse(readFileSync(file, 'utf8'))) && (console.error(file, validate.errors), true));
console.log(`${files.length - faulty.length} of ${files.length} route files are valid`);
process.exitCode = faulty.length || !files.length ? 1 : 0;
