// Claims about changes: lists that grow and shrink, and resources that read differently. A legacy client
// hears of them on its session's stream, a modern one on the stream of a subscription.
import assert from 'node:assert/strict';

import { Events } from './events.mjs';
import { Job } from './job.mjs';

const note = 'rendezvous://note';

const lists = {
    tools: {
        kind: 'tool', method: 'notifications/tools/list_changed', member: 'toolsListChanged',
        use: (peer) => peer.call('hidden'),
    },
    prompts: {
        kind: 'prompt', method: 'notifications/prompts/list_changed', member: 'promptsListChanged',
        use: (peer) => peer.client.getPrompt({ name: 'hidden' }),
    },
    resources: {
        kind: 'resource', method: 'notifications/resources/list_changed', member: 'resourcesListChanged',
        use: (peer) => peer.client.readResource({ uri: 'rendezvous://hidden' }),
    },
};

const has = async (peer, list) => (await peer.list(list)).some((one) => one.name === 'hidden');
const serves = (peer, list) => lists[list].use(peer).then(() => true, () => false);

const hearsAndFinds = (list) => async (connect) => {
    const { kind, method, member } = lists[list];
    const [peer, other] = [await connect(), await connect()];
    const heard = peer.hear(method);
    const subscription = await peer.listen({ [member]: true });
    for (const yes of [false, true, false]) {
        await other.call('reveal', { kind, yes });
        await heard.next();
        assert.equal(await has(peer, list), yes);
        assert.equal(await serves(peer, list), yes);
    }
    assert.deepEqual(heard.unheard, []);
    await subscription.close();
    await other.close();
    await peer.close();
};

export const both = {
    async 'gets a change of the tools, and lists them again'(connect) {
        await hearsAndFinds('tools')(connect);
    },

    async 'gets a change of the prompts, and lists them again'(connect) {
        await hearsAndFinds('prompts')(connect);
    },

    async 'gets a change of the resources, and lists them again'(connect) {
        await hearsAndFinds('resources')(connect);
    },

    async 'lists again with the option of the SDK'(connect) {
        const refreshed = new Events('a new list');
        const onChanged = (error, tools) => refreshed.add(error ?? tools);
        const peer = await connect({ client: { listChanged: { tools: { onChanged, debounceMs: 0 } } } });
        await peer.call('reveal', { kind: 'tool', yes: false });
        const tools = await refreshed.next();
        assert(Array.isArray(tools), String(tools));
        assert(tools.length > 0);
        await peer.close();
    },

    async 'gets an update of a subscribed resource, and reads it'(connect) {
        const [peer, other] = [await connect(), await connect()];
        const read = async () => (await peer.client.readResource({ uri: note })).contents[0].text;
        const updated = peer.hear('notifications/resources/updated');
        const subscription = await peer.listen({ resourceSubscriptions: [note] });
        for (const words of ['buy milk', 'bought']) {
            await other.call('pin', { words });
            assert.equal((await updated.next()).uri, note);
            assert.equal(await read(), words);
        }
        await subscription.close();
        await other.close();
        await peer.close();
    },

    async 'gets no update of other resources'(connect) {
        const peer = await connect();
        const updated = peer.hear('notifications/resources/updated');
        const changed = peer.hear(lists.prompts.method);
        const resourceSubscriptions = ['test://watched-resource'];
        const subscription = await peer.listen({ promptsListChanged: true, resourceSubscriptions });
        await peer.call('pin', { words: 'nobody asked' });
        await peer.call('test_trigger_prompt_change');
        await changed.next();
        assert.deepEqual(updated.unheard, []);
        await subscription.close();
        await peer.close();
    },

    async 'gets no update after unsubscribing'(connect) {
        const peer = await connect();
        const updated = peer.hear('notifications/resources/updated');
        const changed = peer.hear(lists.prompts.method);
        const lasting = await peer.listen({ promptsListChanged: true });
        const subscription = await peer.listen({ resourceSubscriptions: [note] });
        await peer.call('pin', { words: 'one' });
        await updated.next();
        await subscription.close();
        await peer.call('pin', { words: 'two' });
        await peer.call('test_trigger_prompt_change');
        await changed.next();
        assert.deepEqual(updated.unheard, []);
        await lasting.close();
        await peer.close();
    },
};

export const legacy = {
    async 'gets changes during a call'(connect) {
        const peer = await connect();
        const changed = peer.hear(lists.tools.method);
        const job = new Job(peer);
        await peer.call('test_trigger_tool_change');
        await changed.next();
        await job.finish(peer);
        await peer.close();
    },
};

export const modern = {
    async 'gets only the requested notifications'(connect) {
        const peer = await connect();
        const tools = peer.hear(lists.tools.method), prompts = peer.hear(lists.prompts.method);
        const subscription = await peer.listen({ promptsListChanged: true });
        await peer.call('test_trigger_tool_change');
        await peer.call('test_trigger_prompt_change');
        await prompts.next();
        assert.deepEqual(tools.unheard, []);
        await subscription.close();
        assert.equal(await subscription.closed, 'local');
        await peer.close();
    },

    async 'has two independent subscriptions'(connect) {
        const peer = await connect();
        const tools = peer.hear(lists.tools.method), prompts = peer.hear(lists.prompts.method);
        const one = await peer.listen({ toolsListChanged: true });
        const other = await peer.listen({ promptsListChanged: true });
        await one.close();
        await peer.call('test_trigger_tool_change');
        await peer.call('test_trigger_prompt_change');
        await prompts.next();
        assert.deepEqual(tools.unheard, []);
        await other.close();
        await peer.close();
    },
};
