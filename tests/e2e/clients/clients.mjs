// How to connect, and what one SDK generation writes differently from the other. What a claim gets is a
// peer: a client that is connected, whatever it is made of.
import assert from 'node:assert/strict';

import { Events } from './events.mjs';
import { Wire } from './wire.mjs';

const url = new URL(process.env.TOOLRACK_URL);
export const token = process.env.MCP_AUTH_TOKEN;
const about = { name: 'e2e', version: '1.0.0' };

export const textOf = (answer) => answer.content[0].text;

// A client declares what it answers.
const capabilityOf = {
    'elicitation/create': 'elicitation',
    'sampling/createMessage': 'sampling',
    'roots/list': 'roots',
};
const capabilitiesOf = (answers) =>
    Object.fromEntries(Object.keys(answers).map((method) => [capabilityOf[method], {}]));

const lists = {
    tools: { method: 'tools/list', byName: 'listTools' },
    prompts: { method: 'prompts/list', byName: 'listPrompts' },
    resources: { method: 'resources/list', byName: 'listResources' },
    resourceTemplates: { method: 'resources/templates/list', byName: 'listResourceTemplates' },
};

class PeerV2 {
    static async load() {
        return import('@modelcontextprotocol/client');
    }

    constructor(sdk, { era, mode }, { headers, answers, capabilities, transport, client }) {
        this.era = era;
        this.sdk = sdk;
        this.wire = new Wire();
        this.errors = [];
        this.transport = new sdk.StreamableHTTPClientTransport(url, {
            fetch: this.wire.fetch, requestInit: { headers }, ...transport });
        this.client = new sdk.Client(about, {
            capabilities: { ...capabilitiesOf(answers), ...capabilities },
            ...(mode && { versionNegotiation: { mode } }), ...client });
        this.client.onerror = (error) => this.errors.push(error);
        for (const [method, answer] of Object.entries(answers))
            this.handle(method, (request) => answer(request.params));
    }

    handle(method, handler) {
        this.client.setRequestHandler(method, handler);
    }

    // The parameters of each notification of that kind, as they come.
    hear(method) {
        const heard = new Events(method);
        this.listenTo(method, (notification) => heard.add(notification.params));
        return heard;
    }

    listenTo(method, handler) {
        this.client.setNotificationHandler(method, handler);
    }

    call(name, args = {}, options = undefined) {
        return this.client.callTool({ name, arguments: args }, options);
    }

    // One page of a list: 'tools', 'prompts', 'resources' or 'resourceTemplates'. The SDK's own function
    // gathers them all when it is given no cursor.
    page(kind, cursor) {
        return this.client.request({ method: lists[kind].method, params: cursor === undefined ? {} : { cursor } });
    }

    async *pages(kind) {
        let page = await this.page(kind);
        yield page[kind];
        while (page.nextCursor !== undefined) {
            page = await this.page(kind, page.nextCursor);
            yield page[kind];
        }
    }

    async list(kind) {
        return (await this.client[lists[kind].byName]())[kind];
    }

    // Lists until a tool is found, so that the SDK knows what it promised.
    async learn(name) {
        return (await this.list('tools')).find((tool) => tool.name === name);
    }

    // What a modern client listens to; a legacy one hears of lists anyway.
    async listen(filter) {
        if (this.era === 'modern') {
            const subscription = await this.client.listen(filter);
            assert.deepEqual(subscription.honoredFilter, filter);
            return subscription;
        }
        const { resourceSubscriptions = [] } = filter;
        for (const uri of resourceSubscriptions) await this.client.subscribeResource({ uri });
        return {
            close: async () => {
                for (const uri of resourceSubscriptions) await this.client.unsubscribeResource({ uri });
            },
        };
    }

    // This SDK makes one error of the codes that the eras have for it.
    isNotFound(error, uri) {
        return error instanceof this.sdk.ResourceNotFoundError && error.uri === uri;
    }

    async connect() {
        await this.client.connect(this.transport);
        // The SDKs do not wait for the stream that changes come by. Who takes up a session opens none.
        if (this.era === 'legacy' && this.wire.requests.length > 0)
            await this.wire.answered((request) => request.method === 'GET');
    }

    // What went wrong on the way, as the claim expected.
    takeError(pattern) {
        const found = this.errors.findIndex((error) => pattern.test(String(error)));
        assert.notEqual(found, -1, `no error is ${pattern}: ${this.errors.map(String)}`);
        this.errors.splice(found, 1);
    }

    // Claims end with this: nothing may have gone wrong that nobody saw.
    async close() {
        assert.deepEqual(this.errors.map(String), []);
        await this.client.close();
    }
}

class PeerV1 extends PeerV2 {
    static async load() {
        const [{ Client }, { StreamableHTTPClientTransport }, types] = await Promise.all([
            import('@modelcontextprotocol/sdk/client/index.js'),
            import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
            import('@modelcontextprotocol/sdk/types.js')]);
        return { Client, StreamableHTTPClientTransport, types };
    }

    // The schema whose literal "method" is that one.
    schemaOf(method, ending) {
        return Object.entries(this.sdk.types).find(([name, schema]) =>
            name.endsWith(ending) && schema.shape?.method?.value === method)[1];
    }

    handle(method, handler) {
        this.client.setRequestHandler(this.schemaOf(method, 'RequestSchema'), handler);
    }

    listenTo(method, handler) {
        this.client.setNotificationHandler(this.schemaOf(method, 'NotificationSchema'), handler);
    }

    isNotFound(error, uri) {
        return error.code === -32002 && error.data.uri === uri;
    }

    call(name, args = {}, options = undefined) {
        return this.client.callTool({ name, arguments: args }, undefined, options);
    }

    page(kind, cursor) {
        return this.client[lists[kind].byName](cursor === undefined ? undefined : { cursor });
    }

    async list(kind) {
        const all = [];
        for await (const page of this.pages(kind)) all.push(...page);
        return all;
    }

    // This SDK knows only the tools of the page that it asked for last.
    async learn(name) {
        for await (const page of this.pages('tools')) {
            const found = page.find((tool) => tool.name === name);
            if (found) return found;
        }
        return undefined;
    }
}

const kinds = {
    v1: { Peer: PeerV1, era: 'legacy' },
    'v2-legacy': { Peer: PeerV2, era: 'legacy', mode: 'legacy' },
    'v2-auto': { Peer: PeerV2, era: 'modern', mode: 'auto' },
    'v2-modern': { Peer: PeerV2, era: 'modern', mode: { pin: '2026-07-28' } },
};

// A way to make peers of one kind. Options: `headers` to show; `answers`, {method: params => result}, to
// what the server asks; more `capabilities`; and what the SDK's `transport` and `client` are given besides.
export const connector = (name) => async (options = {}) => {
    const { Peer, ...kind } = kinds[name];
    const usual = { headers: { Authorization: `Bearer ${token}` }, answers: {}, capabilities: {} };
    const peer = new Peer(await Peer.load(), kind, { ...usual, ...options });
    await peer.connect();
    return peer;
};
