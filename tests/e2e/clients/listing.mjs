// Claims about what is listed, page by page, and about prompts, resources and completion.
import assert from 'node:assert/strict';

// As the configuration says.
const pageSize = 3;

const nameOf = { tools: 'name', prompts: 'name', resources: 'uri', resourceTemplates: 'uriTemplate' };
// One of each that must be there.
const known = {
    tools: 'meet',
    prompts: 'postcard',
    resources: 'rendezvous://note',
    resourceTemplates: 'test://template/{id}/data',
};

const collects = (kind) => async (connect) => {
    const peer = await connect();
    const pages = [];
    for await (const page of peer.pages(kind)) pages.push(page.map((one) => one[nameOf[kind]]));
    const names = pages.flat();
    assert(pages.slice(0, -1).every((page) => page.length === pageSize), JSON.stringify(pages));
    assert.equal(new Set(names).size, names.length, JSON.stringify(names));
    assert(names.includes(known[kind]), JSON.stringify(names));
    assert.deepEqual((await peer.list(kind)).map((one) => one[nameOf[kind]]), names);
    await peer.close();
    return pages.length;
};

export const both = {
    async 'collects every tool once, page by page'(connect) {
        assert(await collects('tools')(connect) > 10);
    },

    async 'collects every prompt once, page by page'(connect) {
        assert(await collects('prompts')(connect) > 1);
    },

    async 'collects every resource once, page by page'(connect) {
        assert(await collects('resources')(connect) > 1);
    },

    async 'collects every resource template'(connect) {
        await collects('resourceTemplates')(connect);
    },

    async 'gets an error for an invalid cursor'(connect) {
        const peer = await connect();
        for (const kind of Object.keys(nameOf))
            await assert.rejects(peer.page(kind, 'nonsense'),
                (error) => error.code === -32602 && /cursor/.test(error.message));
        await peer.close();
    },

    async 'gets a prompt'(connect) {
        const peer = await connect();
        const filled = await peer.client.getPrompt({
            name: 'test_prompt_with_arguments', arguments: { arg1: 'Grüße', arg2: '"' } });
        assert.deepEqual(filled.messages, [
            { role: 'user', content: { type: 'text', text: 'Prompt with arguments: arg1=\'Grüße\', arg2=\'"\'' } }]);
        const [embedded, please] = (await peer.client.getPrompt({
            name: 'test_prompt_with_embedded_resource', arguments: { resourceUri: 'test://x' } })).messages;
        assert.deepEqual([embedded.content.resource.uri, please.content.type], ['test://x', 'text']);
        await peer.close();
    },

    async 'gets an error for a missing prompt argument'(connect) {
        const peer = await connect();
        await assert.rejects(peer.client.getPrompt({ name: 'test_prompt_with_arguments', arguments: { arg1: 'one' } }),
            (error) => error.code === -32602 && /arg2/.test(error.message));
        await assert.rejects(peer.client.getPrompt({ name: 'no-such-prompt' }),
            (error) => error.code === -32602 && /no-such-prompt/.test(error.message));
        await peer.close();
    },

    async 'reads resources'(connect) {
        const peer = await connect();
        const read = async (uri) => (await peer.client.readResource({ uri })).contents;
        assert.deepEqual(await read('test://static-text'), [{
            uri: 'test://static-text', mimeType: 'text/plain',
            text: 'This is the content of the static text resource.' }]);
        const [picture] = await read('test://static-binary');
        assert.equal(Buffer.from(picture.blob, 'base64').subarray(1, 4).toString(), 'PNG');
        const [filled] = await read('test://template/7/data');
        assert.deepEqual([filled.uri, JSON.parse(filled.text).id], ['test://template/7/data', '7']);
        await peer.close();
    },

    async 'gets an error for a missing resource'(connect) {
        const peer = await connect();
        const uri = 'test://nowhere';
        await assert.rejects(peer.client.readResource({ uri }), (error) => peer.isNotFound(error, uri));
        await peer.close();
    },

    async 'gets completions'(connect) {
        const peer = await connect();
        const complete = async (ref, name, value) =>
            (await peer.client.complete({ ref, argument: { name, value } })).completion;
        const postcard = { type: 'ref/prompt', name: 'postcard' };
        const other = { type: 'ref/prompt', name: 'test_prompt_with_arguments' };
        assert.deepEqual((await complete(postcard, 'city', 'Ber')).values, ['Bergen', 'Berlin', 'Bern']);
        assert.deepEqual((await complete(postcard, 'city', 'Zü')).values, []);
        assert.deepEqual((await complete(other, 'arg1', 'x')).values, []);
        await peer.close();
    },
};
