// Edits routes as an editor does, by its language server: node check-editor.mjs SCHEMA FILE...
// No shipped route has a finding, a misspelt option has one, and event: is the first component that is offered.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const { createMessageConnection } = createRequire(import.meta.url)('vscode-jsonrpc/node');
const [schema, ...files] = process.argv.slice(2);
const TIMEOUT = 60_000;

const process_ = spawn(process.execPath, [createRequire(import.meta.url).resolve('yaml-language-server/bin/yaml-language-server'), '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
const server = createMessageConnection(process_.stdout, process_.stdin);
const settings = { schemas: { [pathToFileURL(resolve(schema))]: '*.yaml' }, schemaStore: { enable: false }, validate: true, completion: true, hover: true };
const waiting = new Map();
server.onRequest('workspace/configuration', ({ items }) => items.map(({ section }) => (section === 'yaml' ? settings : null)));
server.onRequest('client/registerCapability', () => null);
server.onNotification('textDocument/publishDiagnostics', ({ uri, diagnostics }) => waiting.get(uri)?.(diagnostics));
server.listen();
await server.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: {
        workspace: { configuration: true },
        textDocument: { completion: { completionItem: { snippetSupport: true } }, publishDiagnostics: {} },
    },
});
server.sendNotification('initialized', {});
server.sendNotification('workspace/didChangeConfiguration', { settings: { yaml: settings } });

let faults = 0;
const check = (right, ...told) => {
    if (!right) {
        faults++;
        console.error(...told);
    }
};

const open = async (uri, text) => {
    const found = new Promise((done, failed) => {
        const timer = setTimeout(() => failed(new Error(`no diagnostics of ${uri} within ${TIMEOUT} ms`)), TIMEOUT);
        waiting.set(uri, (diagnostics) => done(diagnostics, clearTimeout(timer)));
    });
    server.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } });
    return found;
};

/** Opens a text whose cursor is at ‸ and gives the labels that are offered there, in the order that an editor shows them. */
const offered = async (name, marked) => {
    const uri = `file:///drafts/${name}.camel.yaml`;
    const before = marked.slice(0, marked.indexOf('‸')).split('\n');
    await open(uri, marked.replace('‸', ''));
    const answer = await server.sendRequest('textDocument/completion', {
        textDocument: { uri },
        position: { line: before.length - 1, character: before.at(-1).length },
    });
    const key = (item) => item.sortText ?? item.label;
    return (answer.items ?? answer).sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)).map((item) => item.label);
};

for (const file of files) {
    const found = await open(pathToFileURL(resolve(file)).href, readFileSync(file, 'utf8'));
    check(found.length === 0, file, JSON.stringify(found.map(({ message, range }) => ({ line: range.start.line + 1, message }))));
}

const route = (to) => `- route:\n    id: draft\n    from:\n      uri: timer:tick\n      steps:\n        - to:\n${to.replace(/^/gm, '            ')}\n`;

const misspelt = await open('file:///drafts/misspelt.camel.yaml', route('uri: event:order.placed\nparameters:\n  subjekt: x'));
check(misspelt.some(({ message, range }) => message.includes('subjekt') && range.start.line === 8), 'a misspelt option of event: is not found', JSON.stringify(misspelt));
const unknownStep = await open('file:///drafts/step.camel.yaml', route('uri: log:a').replace('- to:', '- tooo:'));
check(unknownStep.some(({ message, range }) => message.includes('tooo') && range.start.line === 5), 'a step that there is not is not found', JSON.stringify(unknownStep));

const schemes = await offered('uri', route('uri: ‸'));
check(schemes[0]?.startsWith('event:'), 'event: is not the first component that is offered', schemes.slice(0, 10));
const options = await offered('options', route('uri: event:order.placed\nparameters:\n  ‸'));
check(['subject', 'outbox'].every((each) => options.includes(each)), 'options of event: are not offered', options.slice(0, 20));

server.dispose();
process_.kill();
console.log(`${files.length} route files opened in a language server, ${faults} faults`);
process.exitCode = faults || !files.length ? 1 : 0;
