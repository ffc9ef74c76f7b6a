// A step was opened.

export default function ({ data }) {
  const { lesson, step, steps } = JSON.parse(data.json);
  backflowProgress.reach(lesson, step, steps);
}
