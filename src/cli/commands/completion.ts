import { Argument, type Command, type Option } from "commander";
import type { Context } from "../context.js";
import { act } from "../declare.js";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

export function completion(program: Command): void {
  const command = program
    .command("completion")
    .description("Print completions for a shell: source <(peyk completion bash)")
    .addArgument(new Argument("<shell>", SHELLS.join(", ")).choices(SHELLS));
  act(command, (context, [shell]) => run(context, program, shell as Shell));
}

/** What may follow a chain of commands: "topic list" -> its options and subcommands. */
interface Place {
  readonly path: string;
  readonly words: readonly Word[];
}

interface Word {
  readonly word: string;
  readonly description: string;
}

async function run({ output }: Context, program: Command, shell: Shell): Promise<void> {
  const places = placesOf(program);
  const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };
  await output.data(scripts[shell](places));
}

function placesOf(command: Command, path = "", inherited: readonly Word[] = []): Place[] {
  const own = command.createHelp().visibleOptions(command).map(wordOf);
  const children = command.commands.filter((child) => child.name() !== "help");
  const options = [...own, ...inherited];
  const words = [
    ...children.map((child) => ({
      word: child.name(),
      description: firstLine(child.description()),
    })),
    ...options,
  ];
  // What is global may follow every command.
  const passed = path === "" ? options.filter(({ word }) => word !== "--version") : inherited;
  return [
    { path, words },
    ...children.flatMap((child) =>
      [child.name(), ...child.aliases()].flatMap((name) =>
        placesOf(child, `${path} ${name}`.trim(), passed),
      ),
    ),
  ];
}

const wordOf = (option: Option): Word => ({
  word: option.long ?? option.short ?? "",
  description: firstLine(option.description),
});

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";

const unique = (words: readonly Word[]): string[] => [...new Set(words.map(({ word }) => word))];

function bashScript(places: readonly Place[]): string {
  const cases = places.map(
    ({ path, words }) => `    "${path}") words="${unique(words).join(" ")}" ;;`,
  );
  return `# peyk completion bash
_peyk() {
  local word path="" words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
      -*) ;;
      *) case " ${pathList(places)} " in
           *" \${path:+$path:}$word "*) path="\${path:+$path:}$word" ;;
         esac ;;
    esac
  done
  case "\${path//:/ }" in
${cases.join("\n")}
  esac
  COMPREPLY=()
  while IFS= read -r word; do COMPREPLY+=("$word"); done \\
    < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _peyk peyk
`;
}

function zshScript(places: readonly Place[]): string {
  const cases = places.map(({ path, words }) => {
    const items = words.map(({ word, description }) =>
      quote(`${word.replaceAll(":", "\\:")}:${description}`),
    );
    return `    ${quote(path)}) items=(${items.join(" ")}) ;;`;
  });
  return `#compdef peyk
_peyk() {
  local word place=""
  local -a items
  for word in \${words[2,CURRENT-1]}; do
    [[ $word == -* ]] && continue
    [[ " ${pathList(places)} " == *" \${place:+$place:}$word "* ]] && place="\${place:+$place:}$word"
  done
  case "\${place//:/ }" in
${cases.join("\n")}
  esac
  _describe peyk items || _files
}
compdef _peyk peyk
`;
}

function fishScript(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, words }) => {
    const names = path === "" ? [] : path.split(" ");
    const seen = names.map((name) => `__fish_seen_subcommand_from ${name}`).join("; and ");
    const condition = seen === "" ? "__fish_use_subcommand" : seen;
    return words.map(({ word, description }) => {
      const what = word.startsWith("--") ? `-l ${word.slice(2)}` : `-f -a ${word}`;
      return `complete -c peyk -n ${quote(condition)} ${what} -d ${quote(description)}`;
    });
  });
  return `# peyk completion fish\n${[...new Set(lines)].join("\n")}\n`;
}

/** "topic topic:list ..." */
const pathList = (places: readonly Place[]): string =>
  places
    .filter(({ path }) => path !== "")
    .map(({ path }) => path.replaceAll(" ", ":"))
    .join(" ");

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
