// A step was opened.

export default function ({ data }) {
  backflowProgress.reach(data.lesson, data.step, data.steps);
}
