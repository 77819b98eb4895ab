// A quiz on a page: tells whether a choice is right, opens its answer, and keeps the score in the reader's own browser.
// Nothing is sent anywhere. Without this script every answer stands folded under its question.
(function () {
  "use strict";

  function kept(key) { // storage may be closed, as it is for pages opened from a folder in some browsers
    try { return JSON.parse(window.localStorage.getItem(key)) || {}; } catch (closed) { return {}; }
  }

  function keep(key, value) {
    try { window.localStorage.setItem(key, JSON.stringify(value)); } catch (closed) { /* the score lasts as long as the page */ }
  }

  function filled(text, values) {
    return text.replace(/\{(\w+)\}/g, function (gap, name) { return values[name]; });
  }

  function begin(form) {
    var key = "cadre-handbook/quiz/" + form.dataset.quiz + "/" + form.dataset.version;
    var answers = kept(key);
    var questions = Array.from(form.querySelectorAll(".ch-question"));
    var score = form.querySelector(".ch-score");

    function inputs(question) { return Array.from(question.querySelectorAll("input")); }

    function isRight(question, chosen) {
      return Array.from(question.querySelectorAll("[data-choice]")).every(function (item) {
        return (item.dataset.right === "true") === chosen.includes(item.dataset.choice);
      });
    }

    function show(question) {
      var chosen = answers[question.id];
      var answer = question.querySelector(".ch-answer");
      var told = question.querySelector(".ch-told");
      inputs(question).forEach(function (input) {
        if (chosen) { input.checked = chosen.includes(input.value); }
        input.disabled = Boolean(chosen);
      });
      question.querySelector("button").hidden = Boolean(chosen);
      answer.hidden = !chosen;
      answer.open = Boolean(chosen);
      question.querySelectorAll("[data-choice]").forEach(function (item) {
        item.classList.toggle("ch-chosen", Boolean(chosen) && chosen.includes(item.dataset.choice));
      });
      told.textContent = chosen ? (isRight(question, chosen) ? form.dataset.right : form.dataset.wrong) : "";
    }

    function count() {
      var answered = questions.filter(function (question) { return answers[question.id]; });
      var right = answered.filter(function (question) { return isRight(question, answers[question.id]); });
      score.hidden = answered.length === 0;
      score.querySelector("p").textContent = answered.length
        ? filled(form.dataset.score, { right: right.length, answered: answered.length, asked: questions.length }) : "";
    }

    function answer(question) {
      var chosen = inputs(question).filter(function (input) { return input.checked; }).map(function (input) { return input.value; });
      if (chosen.length !== Number(question.dataset.choose)) {
        question.querySelector(".ch-told").textContent = filled(form.dataset.more, { count: question.dataset.choose });
        return;
      }
      answers[question.id] = chosen;
      keep(key, answers);
      show(question);
      count();
      question.querySelector("summary").focus(); // the button that had the focus is gone
    }

    questions.forEach(function (question) {
      question.querySelector("button").addEventListener("click", function () { answer(question); });
      show(question);
    });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("reset", function (event) {
      event.preventDefault();
      answers = {};
      keep(key, answers);
      questions.forEach(function (question) {
        inputs(question).forEach(function (input) { input.checked = false; });
        show(question);
      });
      count();
      inputs(questions[0])[0].focus();
    });
    count();
  }

  function all() { document.querySelectorAll(".ch-quiz form").forEach(begin); }

  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", all); } else { all(); }
})();
