// Claims about what the server asks: a person, a model, or for folders. A legacy client gets a request
// in the middle of the call, a modern one calls again; the SDKs do either by themselves.
import assert from 'node:assert/strict';

import { textOf } from './clients.mjs';
import { Events } from './events.mjs';

const accept = (content) => ({ action: 'accept', content });
const model = (text) => ({ role: 'assistant', content: { type: 'text', text }, model: 'e2e', stopReason: 'endTurn' });
const roots = { roots: [{ uri: 'file:///home/ann', name: 'Ann' }, { uri: 'file:///tmp' }] };

const answersAllThree = {
    'elicitation/create': () => accept({ name: 'Ann' }),
    'sampling/createMessage': () => model('Good morning,'),
    'roots/list': () => roots,
};

export const both = {
    async 'answers a form request with accept'(connect) {
        const asked = new Events('a question');
        const peer = await connect({
            answers: {
                'elicitation/create': (params) => {
                    asked.add(params);
                    return accept({ response: 'blue' });
                },
            },
        });
        const answer = await peer.call('test_elicitation', { message: 'Which color?' });
        assert.equal(textOf(answer), 'User response: action=accept, content={"response":"blue"}');
        const { message, requestedSchema } = await asked.next();
        assert.equal(message, 'Which color?');
        assert.deepEqual(requestedSchema.required, ['response']);
        assert.deepEqual(asked.unheard, []);
        await peer.close();
    },

    async 'answers a form request with decline and cancel'(connect) {
        const actions = ['decline', 'cancel'];
        const peer = await connect({ answers: { 'elicitation/create': () => ({ action: actions.shift() }) } });
        for (const action of [...actions]) {
            const answer = await peer.call('test_elicitation', { message: 'Which color?' });
            assert.match(textOf(answer), new RegExp(`^User response: action=${action}, `));
        }
        await peer.close();
    },

    async 'fills in the defaults of a form'(connect) {
        const peer = await connect({
            answers: { 'elicitation/create': () => accept({ age: 44 }) },
            capabilities: { elicitation: { form: { applyDefaults: true } } },
        });
        const answer = textOf(await peer.call('test_elicitation_sep1034_defaults'));
        assert.deepEqual(JSON.parse(answer.replace(/^.*content=/, '')),
            { name: 'John Doe', age: 44, score: 95.5, status: 'active', verified: true });
        await peer.close();
    },

    async 'answers a sampling request'(connect) {
        const peer = await connect({
            answers: {
                'sampling/createMessage': ({ messages: [first], maxTokens }) =>
                    model(`${first.content.text} ${maxTokens}`),
            },
        });
        assert.equal(textOf(await peer.call('test_sampling', { prompt: 'Say it' })), 'LLM response: Say it 100');
        await peer.close();
    },

    async 'returns its roots'(connect) {
        const peer = await connect({ answers: { 'roots/list': () => roots } });
        assert.equal(textOf(await peer.call('test_input_required_result_list_roots')),
            'Client exposed 2 root(s): file:///home/ann, file:///tmp');
        await peer.close();
    },

    async 'answers three requests of one call'(connect) {
        const peer = await connect({ answers: answersAllThree });
        const answer = await peer.call('test_input_required_result_multiple_inputs');
        assert.match(textOf(answer), /^Good morning, Ann — 2 root/);
        await peer.close();
    },

    async 'answers consecutive requests'(connect) {
        const asked = [];
        const peer = await connect({
            answers: {
                'elicitation/create': ({ message, requestedSchema }) => {
                    asked.push(message);
                    return accept(requestedSchema.properties.name ? { name: 'Ann' } : { color: 'blue' });
                },
            },
        });
        const answer = await peer.call('test_input_required_result_multi_round');
        assert.equal(textOf(answer), 'Multi-round complete: Ann likes blue');
        assert.deepEqual(asked, ['Step 1: What is your name?', 'Step 2: What is your favorite color?']);
        await peer.close();
    },

    async 'answers the request of a prompt'(connect) {
        const peer = await connect({ answers: { 'elicitation/create': () => accept({ context: 'a storm' }) } });
        const { messages } = await peer.client.getPrompt({ name: 'test_input_required_result_prompt' });
        assert.match(messages[0].content.text, /a storm/);
        await peer.close();
    },

    async 'answers the requests of concurrent calls'(connect) {
        const repeat = ({ message }) => accept({ response: message });
        const peer = await connect({ answers: { 'elicitation/create': repeat } });
        const messages = Array.from({ length: 10 }, (_, index) => `question ${index}`);
        const answers = await Promise.all(messages.map((message) => peer.call('test_elicitation', { message })));
        assert.deepEqual(answers.map(textOf),
            messages.map((message) => `User response: action=accept, content={"response":"${message}"}`));
        await peer.close();
    },

    async 'gets only requests that it supports'(connect) {
        const peer = await connect({ answers: { 'sampling/createMessage': () => model('Hello') } });
        assert.equal(textOf(await peer.call('test_input_required_result_capabilities')),
            'Capability-aware input requests fulfilled');
        await peer.close();
    },
};

export const legacy = {
    async 'gets a tool error for an unsupported request'(connect) {
        const peer = await connect();
        const answer = await peer.call('test_input_required_result_sampling');
        assert.equal(answer.isError, true);
        assert.match(textOf(answer), /needs capabilities that the client did not declare: .*sampling/);
        await peer.close();
    },

    async 'gets a tool error after its error response'(connect) {
        const refuse = () => {
            throw new Error('Not today.');
        };
        const peer = await connect({ answers: { 'sampling/createMessage': refuse } });
        const answer = await peer.call('test_sampling', { prompt: 'Say it' });
        assert.equal(answer.isError, true);
        assert.match(textOf(answer), /Not today\./);
        await peer.close();
    },
};

export const modern = {
    async 'gets an error for an unsupported request'(connect) {
        const peer = await connect();
        await assert.rejects(peer.call('test_input_required_result_sampling'), (error) => {
            assert.equal(error.code, -32021);
            assert.deepEqual(error.data.requiredCapabilities, { sampling: {} });
            return true;
        });
        await peer.close();
    },

    async 'sends each round as a request of its own'(connect) {
        const peer = await connect({ answers: answersAllThree });
        await peer.call('test_input_required_result_multiple_inputs');
        const calls = peer.wire.requests.filter((request) => request.message?.method === 'tools/call');
        assert.equal(calls.length, 2);
        const { inputResponses, requestState } = calls[1].message.params;
        assert.deepEqual(Object.keys(inputResponses).sort(), ['client_roots', 'greeting', 'user_name']);
        assert.equal(typeof requestState, 'string');
        await peer.close();
    },
};
