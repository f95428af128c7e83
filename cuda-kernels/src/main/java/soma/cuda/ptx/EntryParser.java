package soma.cuda.ptx;

import soma.cuda.driver.ArgumentType;
import soma.cuda.driver.Kernel.Parameter;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads one kernel, after the word {@code .entry}. */
final class EntryParser {
    private final Tokens tokens;
    private final Set<String> symbols = new HashSet<>();
    private final List<PtxRegister> registers = new ArrayList<>();
    private final Deque<Map<String, PtxRegister>> scopes = new ArrayDeque<>();
    private final Map<String, PtxRegister> specials = new HashMap<>();
    private final List<PtxVariable> variables = new ArrayList<>();
    private final List<PtxInstruction> instructions = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();

    EntryParser(Tokens tokens, List<PtxVariable> ofModule) {
        this.tokens = tokens;
        ofModule.forEach(v -> symbols.add(v.name()));
    }

    PtxEntry parse() {
        String name = tokens.next();
        List<Parameter> parameters = parameters();
        while (!tokens.peek().equals("{")) {
            tokens.next(); // .maxntid and the like: hints
        }
        block();
        return new PtxEntry(name, parameters, registers, variables, resolved());
    }

    private List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        if (!tokens.accept("(")) {
            return parameters;
        }
        while (!tokens.accept(")")) {
            tokens.expect(".param");
            int line = tokens.line();
            String type = tokens.next();
            ArgumentType argument = argumentType(type);
            if (argument == null) {
                throw tokens.error(
                        line, "parameter of type " + type + ": expected .u32 .s32 .u64 .f32 .f64");
            }
            String name = tokens.next();
            parameters.add(new Parameter(name, argument));
            symbols.add(name);
            tokens.accept(",");
        }
        return parameters;
    }

    private static ArgumentType argumentType(String type) {
        for (ArgumentType candidate : ArgumentType.values()) {
            if (type.equals(candidate.ptx())) {
                return candidate;
            }
        }
        return null;
    }

    /** Statements between braces; registers declared in them are theirs alone. */
    private void block() {
        tokens.expect("{");
        scopes.push(new HashMap<>());
        while (!tokens.accept("}")) {
            statement();
        }
        scopes.pop();
    }

    private void statement() {
        String word = tokens.peek();
        switch (word) {
            case "{" -> block();
            case ".reg" -> {
                tokens.next();
                register();
            }
            case ".shared", ".local" -> {
                tokens.next();
                List<PtxVariable> declared = Declarations.variables(tokens, word);
                declared.forEach(v -> symbols.add(v.name()));
                variables.addAll(declared);
            }
            case ".pragma", ".loc" -> tokens.skipPast(";");
            default -> {
                if (tokens.peek(1).equals(":")) {
                    labels.put(tokens.next(), instructions.size());
                    tokens.next();
                } else {
                    instructions.add(instruction());
                }
            }
        }
    }

    private void register() {
        int line = tokens.line();
        PtxType type = PtxType.of(tokens.next());
        if (type == null) {
            throw tokens.error(line, "register: expected a type");
        }
        do {
            String name = tokens.next();
            if (tokens.accept("<")) {
                int count = Integer.parseInt(tokens.next());
                tokens.expect(">");
                for (int i = 0; i < count; i++) {
                    declare(line, name + i, type);
                }
            } else {
                declare(line, name, type);
            }
        } while (tokens.accept(","));
        tokens.expect(";");
    }

    private void declare(int line, String name, PtxType type) {
        PtxRegister register = new PtxRegister(name, type, registers.size(), false);
        registers.add(register);
        if (scopes.element().put(name, register) != null) {
            throw tokens.error(line, "register " + name + " is declared twice");
        }
    }

    private PtxInstruction instruction() {
        int line = tokens.line();
        int start = tokens.position();
        PtxOperand.Register guard = null;
        if (tokens.accept("@")) {
            boolean negated = tokens.accept("!");
            guard = new PtxOperand.Register(named(tokens.next()), negated);
        }
        String opcode = tokens.next();
        List<String> modifiers = new ArrayList<>();
        while (tokens.peek().startsWith(".")) {
            modifiers.add(tokens.next());
        }
        List<PtxOperand> operands = new ArrayList<>();
        if (!tokens.peek().equals(";")) {
            do {
                operands.add(operand());
            } while (tokens.accept(","));
        }
        String text = tokens.textSince(start);
        tokens.expect(";");
        return new PtxInstruction(line, text, guard, opcode, modifiers, operands, -1);
    }

    private PtxOperand operand() {
        PtxOperand first = plainOperand();
        return tokens.accept("|") ? new PtxOperand.Pair(first, plainOperand()) : first;
    }

    private PtxOperand plainOperand() {
        if (tokens.accept("[")) {
            return address();
        }
        if (tokens.accept("{")) {
            List<PtxOperand> elements = new ArrayList<>();
            do {
                elements.add(plainOperand());
            } while (tokens.accept(","));
            tokens.expect("}");
            return new PtxOperand.Vector(elements);
        }
        if (tokens.accept("!")) {
            return new PtxOperand.Register(named(tokens.next()), true);
        }
        boolean negative = tokens.accept("-");
        String word = tokens.next();
        if (Numbers.isNumber(word)) {
            return Numbers.parse(word, negative);
        }
        if (word.startsWith("%")) {
            return new PtxOperand.Register(named(word), false);
        }
        // WARP_SZ is PTX's name for a number.
        return word.equals("WARP_SZ")
                ? new PtxOperand.Immediate(32, PtxType.S64)
                : new PtxOperand.Symbol(word);
    }

    private PtxOperand address() {
        PtxOperand base = plainOperand();
        if (base instanceof PtxOperand.Symbol(String name) && !symbols.contains(name)) {
            throw tokens.error(tokens.line(), "variable " + name + " is not declared");
        }
        long offset = 0;
        while (!tokens.accept("]")) {
            boolean negative = tokens.accept("-") || !tokens.accept("+");
            negative |= tokens.accept("-");
            offset += Numbers.parse(tokens.next(), negative).bits();
        }
        return new PtxOperand.Address(base, offset);
    }

    private PtxRegister named(String name) {
        for (Map<String, PtxRegister> scope : scopes) {
            PtxRegister register = scope.get(name);
            if (register != null) {
                return register;
            }
        }
        String full = tokens.peek().matches("\\.[xyz]") ? name + tokens.next() : name;
        if (!full.toLowerCase(Locale.ROOT)
                .matches(
                        "%(n?tid|n?ctaid)\\.[xyz]|%laneid|%warpid|%nwarpid|%lanemask_(lt|le|gt|ge|eq)")) {
            throw tokens.error(tokens.line(), "register " + full + " is not declared");
        }
        return specials.computeIfAbsent(
                full,
                n -> {
                    PtxRegister special = new PtxRegister(n, PtxType.U32, registers.size(), true);
                    registers.add(special);
                    return special;
                });
    }

    /** With the targets of branches. */
    private List<PtxInstruction> resolved() {
        List<PtxInstruction> out = new ArrayList<>();
        for (PtxInstruction i : instructions) {
            if (!i.opcode().equals("bra")) {
                out.add(i);
                continue;
            }
            String label = ((PtxOperand.Symbol) i.operands().getFirst()).name();
            Integer target = labels.get(label);
            if (target == null) {
                throw tokens.error(i.line(), "label " + label + " is not there");
            }
            out.add(
                    new PtxInstruction(
                            i.line(),
                            i.text(),
                            i.guard(),
                            i.opcode(),
                            i.modifiers(),
                            List.of(),
                            target));
        }
        return out;
    }
}
