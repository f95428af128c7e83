/**
 * Runs PTX without a GPU: warps of 32 lanes in lockstep, blocks with barriers and shared memory,
 * and checks that no GPU makes.
 */
package soma.cuda.emulator;
